/// Every setting of the program, by section, in the order of the documentation.
public enum AllSettings {
    /// The settings without their types.
    public static let definitions: [SettingDefinition] =
        PublicSettings.all + TokenKeys.all + DatabaseKeys.all + MailKeys.all + PasswordKeys.all
        + HashingKeys.all + RegistrationKeys.all + LoginKeys.all + LinkKeys.all + ServerKeys.all
        + LimitKeys.all
        + PathKeys.all + LogKeys.all + PurgeKeys.all
}

/// `public`: what the world sees.
public enum PublicSettings {
    /// See the meaning of each.
    public static let origin = Setting.text(
        "public.origin", allowed: "`https://host` or `http://host`, without a path", standard: nil,
        "Where people reach the service. Links in mails begin with it; no request can change them."
    ) { Origin.isValid($0) }
    /// See the meaning of each.
    public static let prefix = Setting.text(
        "public.prefix", allowed: "path that begins with `/` and does not end with it",
        standard: "/api/auth", "What every route begins with; the same as in the nginx snippet."
    ) { $0.hasPrefix("/") && !$0.hasSuffix("/") && !$0.contains("//") && !$0.contains("?") }
    /// See the meaning of each.
    public static let serviceName = Setting.text(
        "public.service_name", allowed: "text of 1 to 80 characters on one line",
        standard: "Gatereeve", "What mails call the service."
    ) { (1...80).contains($0.count) && !$0.unicodeScalars.contains { $0.value < 0x20 } }
    /// See the meaning of each.
    public static let verifyEmailURL = Setting.text(
        "public.verify_email_url", allowed: "URL with `{token}`, or empty", standard: "",
        "Points the verification link at a front end. Empty: the service's own route."
    ) { $0.isEmpty || Origin.isLink($0, with: ["{token}"]) }
    /// See the meaning of each.
    public static let passwordResetURL = Setting.text(
        "public.password_reset_url", allowed: "URL with `{uid}` and `{token}`, or empty",
        standard: "",
        "Points the password-reset link at a front end. Empty: the service's own route."
    ) { $0.isEmpty || Origin.isLink($0, with: ["{uid}", "{token}"]) }

    static let all = [
        origin.definition, prefix.definition, serviceName.definition, verifyEmailURL.definition,
        passwordResetURL.definition,
    ]
}

/// `tokens`: JSON Web Tokens.
public enum TokenKeys {
    /// See the meaning of each.
    public static let signingSecret = Setting.text(
        "tokens.signing_secret",
        allowed: "text that is no sample and repeats no short pattern, of at least 32 bytes for "
            + "HS256, 48 for HS384, 64 for HS512",
        standard: nil, isSecret: true,
        "Signs tokens, and protects the links in mails. To take over tokens of a Django site, its "
            + "`SIGNING_KEY` (usually `SECRET_KEY`), see above. Make one of 64 bytes with "
            + "`openssl rand -base64 48`."
    ) { SigningSecret.isStrong($0) }
    /// See the meaning of each.
    public static let verifyingSecrets = Setting(
        "tokens.verifying_secrets",
        allowed: "list of secrets as above, each of at least 32 bytes", standard: "",
        isSecret: true,
        "Older secrets whose tokens and links are still accepted, during a rotation."
    ) { text -> [String]? in
        let secrets = text.split(separator: ",").map(String.init)
        return secrets.allSatisfy(SigningSecret.isStrong) ? secrets : nil
    }
    /// See the meaning of each.
    public static let algorithm = Setting.choice(
        "tokens.algorithm", ["HS256", "HS384", "HS512"], standard: "HS256",
        "The only signature algorithm that is used and accepted (RFC 7518).")
    /// See the meaning of each.
    public static let accessLifetime = Setting.integer(
        "tokens.access_lifetime", 1...86400, unit: "seconds", standard: 300,
        "How long an access token is good. Nobody can withdraw one before.")
    /// See the meaning of each.
    public static let refreshLifetime = Setting.integer(
        "tokens.refresh_lifetime", 1...31_536_000, unit: "seconds", standard: 86400,
        "How long a refresh token is good.")
    /// See the meaning of each.
    public static let rotateRefreshTokens = Setting.boolean(
        "tokens.rotate_refresh_tokens", standard: false,
        "Whether a refresh answers with a new refresh token, too, and ends the old one.")
    /// See the meaning of each.
    public static let rotationGracePeriod = Setting.integer(
        "tokens.rotation_grace_period", 0...3600, unit: "seconds", standard: 0,
        "With rotation: how long a client that lost the answer to a refresh gets it again for the old "
            + "token. Shown later, the old token ends the session. 0: it is refused, no more.")
    /// See the meaning of each.
    public static let detectReuseAtOnce = Setting.boolean(
        "tokens.detect_reuse_at_once", standard: false,
        "With a grace period: whether the old token, shown again, ends the session as soon as the new one "
            + "was used. Then a slow tab, or a request that comes late, may log all others out, too; "
            + "otherwise it is told 401 alone. Have a grace period on every instance first.")
    /// See the meaning of each.
    public static let leeway = Setting.integer(
        "tokens.leeway", 0...120, unit: "seconds", standard: 0,
        "How far the clocks of two machines may differ.")
    /// See the meaning of each.
    public static let issuer = Setting.text(
        "tokens.issuer", standard: "", "The `iss` claim, written and demanded. Empty: none.")
    /// See the meaning of each.
    public static let audience = Setting.text(
        "tokens.audience", standard: "", "The `aud` claim, written and demanded. Empty: none.")

    /// See the meaning of each.
    public static let logoutAcceptsAnyToken = Setting.boolean(
        "tokens.logout_accepts_any", standard: false,
        "Whether `logout/` answers 205 for a token that is broken, expired or ended already, too, as "
            + "RFC 7009 has it. Otherwise the answer is a 401, which tells what became of a token.")

    static let all = [
        signingSecret.definition, verifyingSecrets.definition, algorithm.definition,
        accessLifetime.definition, refreshLifetime.definition, rotateRefreshTokens.definition,
        rotationGracePeriod.definition, detectReuseAtOnce.definition, leeway.definition,
        issuer.definition, audience.definition, logoutAcceptsAnyToken.definition,
    ]
}

/// `login`: what happens at login.
public enum LoginKeys {
    /// See the meaning of each.
    public static let recordLastLogin = Setting.boolean(
        "login.record_last_login", standard: false,
        "Whether `users.last_login` is written at each login.")
    /// See the meaning of each.
    public static let tryTrimmedPassword = Setting.boolean(
        "login.try_trimmed_password", standard: true,
        "Whether a password with white space around it is tried without it when it does not match: "
            + "Django REST Framework cut it off when accounts were made.")

    static let all = [recordLastLogin.definition, tryTrimmedPassword.definition]
}

/// `links`: the links in mails.
public enum LinkKeys {
    /// See the meaning of each.
    public static let verifyEmailLifetime = Setting.integer(
        "links.verify_email_lifetime", 1...2_592_000, unit: "seconds", standard: 259_200,
        "How long a verification link is good.")
    /// See the meaning of each.
    public static let verifyEmailAsksPassword = Setting.boolean(
        "links.verify_email_asks_password", standard: false,
        "Whether a verification link is not enough: the page behind it asks for the password of the "
            + "account, and `verify-email/` takes a POST of both. Nobody can then have an address "
            + "verified for them that is somebody else's. See [api.md](api.md#verify-the-address).")
    /// See the meaning of each.
    public static let passwordResetLifetime = Setting.integer(
        "links.password_reset_lifetime", 1...2_592_000, unit: "seconds", standard: 259_200,
        "How long a password-reset link is good.")

    static let all = [
        verifyEmailLifetime.definition, verifyEmailAsksPassword.definition,
        passwordResetLifetime.definition,
    ]
}
