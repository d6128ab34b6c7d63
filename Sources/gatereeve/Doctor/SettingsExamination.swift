import Settings

/// Settings that are allowed and yet weak.
enum SettingsExamination {
    static func findings(_ values: SettingValues) -> [Finding] {
        let given = AllSettings.definitions.filter { values.shown($0).source != .standard }.count
        return [
            .ok("settings", "\(given) are set, the others have their defaults"), secret(values),
            origin(values), limits(values), rotation(values),
        ]
    }

    private static func secret(_ values: SettingValues) -> Finding {
        guard values[TokenKeys.signingSecret].hasPrefix("django-insecure-") else {
            return .ok("secret", "tokens.signing_secret is long and no sample")
        }
        return .warning(
            "secret",
            "tokens.signing_secret is one that Django made for development; it may have been in a "
                + "repository",
            mend: "change it as docs/operations.md tells under \"A new signing secret\"")
    }

    private static func origin(_ values: SettingValues) -> Finding {
        let origin = Origin(values)
        if origin.isEncrypted { return .ok("origin", origin.text) }
        if origin.isLoopback { return .ok("origin", "\(origin.text), for this machine alone") }
        return .warning(
            "origin",
            "public.origin is \(origin.text): passwords and tokens cross the network in clear",
            mend: "serve https and set public.origin to it")
    }

    private static func limits(_ values: SettingValues) -> Finding {
        values[LimitKeys.isEnabled]
            ? .ok("limits", "logins, registrations and reset mails are throttled")
            : .warning(
                "limits", "limits.enabled is off: passwords can be guessed without end",
                mend: "remove limits.enabled from the settings")
    }

    /// Settings that do nothing without the one that they refine.
    private static func rotation(_ values: SettingValues) -> Finding {
        let isOn = values[TokenKeys.rotateRefreshTokens]
        let hasGrace = values[TokenKeys.rotationGracePeriod] > 0
        if hasGrace, !isOn {
            return .warning(
                "rotation",
                "tokens.rotation_grace_period does nothing while tokens.rotate_refresh_tokens is off",
                mend: "set tokens.rotate_refresh_tokens, or remove tokens.rotation_grace_period")
        }
        if values[TokenKeys.detectReuseAtOnce], !hasGrace {
            return .warning(
                "rotation",
                "tokens.detect_reuse_at_once does nothing without tokens.rotation_grace_period",
                mend: "set tokens.rotation_grace_period, or remove tokens.detect_reuse_at_once")
        }
        guard isOn else { return .ok("rotation", "refresh tokens are good until they expire") }
        return .ok("rotation", "refresh tokens are good once")
    }

    /// The setting `public.origin`, in parts.
    struct Origin {
        let text: String
        let isEncrypted: Bool
        let host: String
        let port: String

        init(_ values: SettingValues) {
            text = values[PublicSettings.origin]
            isEncrypted = text.hasPrefix("https://")
            let authority = String(text.drop { $0 != "/" }.dropFirst(2))
            // The colons of an IPv6 address are in brackets.
            let end = authority.lastIndex(of: "]") ?? authority.startIndex
            if let colon = authority[end...].lastIndex(of: ":") {
                host = String(authority[..<colon])
                port = String(authority[authority.index(after: colon)...])
            } else {
                host = authority
                port = isEncrypted ? "443" : "80"
            }
        }

        var isLoopback: Bool {
            host == "localhost" || host.hasPrefix("127.") || host == "[::1]"
        }
    }
}
