/// Judges the secret that signs tokens.
enum SigningSecret {
    /// Words of examples and manuals, which everybody knows.
    private static let sampleWords = [
        "change-me", "changeme", "change_me", "replace-me", "example",
    ]

    /// How many bytes a secret that signs must have: as many as the signature (RFC 7518 §3.2).
    ///
    /// - Parameter algorithm: One of ``TokenKeys/algorithm``.
    static func byteMinimum(for algorithm: String) -> Int {
        switch algorithm {
        case "HS512": 64
        case "HS384": 48
        default: 32
        }
    }

    /// At least 256 bits of text, of many different characters, and no sample.
    static func isStrong(_ secret: String) -> Bool {
        let bytes = Array(secret.utf8)
        guard bytes.count >= 32, Set(bytes).count >= 8 else { return false }
        let lowercased = secret.lowercased()
        return !sampleWords.contains { lowercased.contains($0) } && !hasShortPeriod(bytes)
    }

    /// Whether the text is one piece of at most 16 bytes, again and again.
    private static func hasShortPeriod(_ bytes: [UInt8]) -> Bool {
        (1...16).contains { period in
            (period..<bytes.count).allSatisfy { bytes[$0] == bytes[$0 - period] }
        }
    }
}

/// Judges origins and links.
enum Origin {
    /// Whether a text is scheme and host with an optional port, and nothing more.
    static func isValid(_ text: String) -> Bool {
        guard let rest = withoutScheme(text), !rest.isEmpty else { return false }
        return rest.utf8.allSatisfy {
            switch $0 {
            case 0x30...0x39, 0x41...0x5A, 0x61...0x7A: true
            default: "-.:[]".utf8.contains($0)
            }
        }
    }

    /// Whether a text is a link that has all the places named.
    static func isLink(_ text: String, with places: [String]) -> Bool {
        guard let rest = withoutScheme(text), !rest.hasPrefix("/"),
            !text.unicodeScalars.contains(where: { $0.value <= 0x20 || !$0.isASCII })
        else { return false }
        return places.allSatisfy { text.contains($0) }
    }

    private static func withoutScheme(_ text: String) -> Substring? {
        for scheme in ["https://", "http://"] where text.hasPrefix(scheme) {
            return text.dropFirst(scheme.count)
        }
        return nil
    }
}
