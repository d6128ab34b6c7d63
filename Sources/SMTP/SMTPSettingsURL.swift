extension SMTPSettings {
    /// Why a text does not name a mail server.
    ///
    /// No case carries a part of the text: it may hold a password.
    public enum URLFault: Error, Hashable, Sendable {
        /// The scheme is neither `smtp` nor `smtps`.
        case scheme
        /// The host is missing or holds a character that no host has.
        case host
        /// The port is not a whole number from 1 to 65535.
        case port
        /// A `%` is not followed by two hexadecimal digits, or the bytes are not UTF-8.
        case percentEncoding
        /// There is a path, a fragment, or an option that we do not know.
        case unknownPart
        /// The value of `security` is none of `none`, `starttls`, `tls`, or contradicts `smtps`.
        case security
        /// A password would cross a network in clear.
        case passwordWithoutEncryption
    }

    /// Reads `smtp://` and `smtps://` URLs.
    ///
    /// `smtps` is TLS from the first byte, port 465. `smtp` to this machine is plain, port 25.
    /// `smtp` to another machine requires STARTTLS, port 587, unless `?security=none` says
    /// otherwise. User and password may stand before the host, percent-encoded; they are refused
    /// where they would leave this machine in clear.
    ///
    /// - Parameters:
    ///   - url: The text.
    ///   - credentials: Used instead of those in the text; a password is better kept elsewhere.
    /// - Throws: The first ``URLFault`` that is met.
    public init(url: String, credentials given: SMTPCredentials? = nil) throws(URLFault) {
        var rest = Substring(url)
        let encrypted: Bool
        if let after = rest.dropping(scheme: "smtps://") {
            (encrypted, rest) = (true, after)
        } else if let after = rest.dropping(scheme: "smtp://") {
            (encrypted, rest) = (false, after)
        } else {
            throw .scheme
        }

        let question = rest.firstIndex(of: "?")
        let query = question.map { rest[rest.index(after: $0)...] } ?? ""
        if let question { rest = rest[..<question] }
        if rest.hasSuffix("/") { rest = rest.dropLast() }

        var credentials: SMTPCredentials?
        if let at = rest.lastIndex(of: "@") {
            credentials = try Self.credentials(in: rest[..<at])
            rest = rest[rest.index(after: at)...]
        }
        credentials = given ?? credentials
        guard !rest.contains(where: { "/#".contains($0) }) else { throw .unknownPart }
        let (host, portText) = try Self.splitHost(rest)

        let isLocal = Self.isThisMachine(host)
        let security = try Self.security(
            query: query, encrypted: encrypted, isThisMachine: isLocal)

        var port: UInt16 = security == .implicitTLS ? 465 : isLocal ? 25 : 587
        if let portText {
            guard let number = UInt16(portText), number > 0 else { throw .port }
            port = number
        }
        self.init(host: host, port: port, security: security, credentials: credentials)
        if credentials != nil, !mayCarryPassword { throw .passwordWithoutEncryption }
    }

    private static func credentials(in text: Substring) throws(URLFault) -> SMTPCredentials {
        let colon = text.firstIndex(of: ":") ?? text.endIndex
        return SMTPCredentials(
            user: try decodePercent(text[..<colon]),
            password: try decodePercent(text[colon...].dropFirst()))
    }

    private static func splitHost(
        _ text: Substring
    ) throws(URLFault) -> (host: String, port: Substring?) {
        var host = text
        var after: Substring = ""
        if text.hasPrefix("[") {
            guard let end = text.firstIndex(of: "]") else { throw .host }
            host = text[text.index(after: text.startIndex)..<end]
            after = text[text.index(after: end)...]
            guard host.utf8.allSatisfy({ $0 == 0x3a || $0 == 0x2e || $0.isHexadecimalDigit })
            else { throw .host }
        } else {
            let colon = text.firstIndex(of: ":") ?? text.endIndex
            host = text[..<colon]
            after = text[colon...]
            guard host.utf8.allSatisfy({ $0.isHostCharacter }) else { throw .host }
        }
        guard !host.isEmpty else { throw .host }
        guard !after.isEmpty else { return (String(host), nil) }
        guard after.hasPrefix(":") else { throw .port }
        return (String(host), after.dropFirst())
    }

    private static func security(
        query: Substring, encrypted: Bool, isThisMachine: Bool
    ) throws(URLFault) -> Security {
        var security: Security = encrypted ? .implicitTLS : isThisMachine ? .none : .startTLS
        for option in query.split(separator: "&") {
            switch option {
            case "security=none" where !encrypted: security = .none
            case "security=starttls" where !encrypted: security = .startTLS
            case "starttls=required" where !encrypted: security = .startTLS
            case "security=tls": security = .implicitTLS
            case _ where option.hasPrefix("security="): throw .security
            case _ where option.hasPrefix("starttls="): throw .security
            default: throw .unknownPart
            }
        }
        return security
    }

    /// Whether a password stays on this machine or travels encrypted.
    var mayCarryPassword: Bool { security != .none || Self.isThisMachine(host) }

    /// Whether what we send to this host stays on this machine.
    static func isThisMachine(_ host: String) -> Bool {
        if host.lowercased() == "localhost" || host == "::1" { return true }
        let parts = host.split(separator: ".", omittingEmptySubsequences: false)
        return parts.count == 4 && parts[0] == "127" && parts.allSatisfy { UInt8($0) != nil }
    }

    private static func decodePercent(_ text: Substring) throws(URLFault) -> String {
        var bytes: [UInt8] = []
        var rest = text.utf8[...]
        while let byte = rest.popFirst() {
            guard byte == UInt8(ascii: "%") else {
                bytes.append(byte)
                continue
            }
            let digits = rest.prefix(2)
            guard digits.count == 2, digits.allSatisfy(\.isHexadecimalDigit),
                let value = UInt8(String(decoding: digits, as: UTF8.self), radix: 16)
            else { throw .percentEncoding }
            bytes.append(value)
            rest = rest.dropFirst(2)
        }
        guard !bytes.contains(0), let decoded = String(validating: bytes, as: UTF8.self) else {
            throw .percentEncoding
        }
        return decoded
    }
}

extension SMTPSettings.URLFault: CustomStringConvertible {
    /// What is wrong and what to write instead; nothing of the text itself.
    public var description: String {
        switch self {
        case .scheme: "it must begin with smtp:// or smtps://"
        case .host: "it names no server, or one with a character that no host name has"
        case .port: "the port must be a whole number from 1 to 65535"
        case .percentEncoding:
            "each % must stand before two hexadecimal digits of UTF-8; write %25 for a % itself"
        case .unknownPart:
            "only ?security=none, starttls or tls may follow the server; "
                + "in user and password write %2F for / and %23 for #"
        case .security: "?security= takes none, starttls or tls; with smtps:// only tls"
        case .passwordWithoutEncryption:
            "the password would cross the network in clear; use smtps:// or ?security=starttls, "
                + "or leave user and password out"
        }
    }
}

extension Substring {
    fileprivate func dropping(scheme: String) -> Substring? {
        guard prefix(scheme.count).lowercased() == scheme else { return nil }
        return dropFirst(scheme.count)
    }
}

extension UInt8 {
    fileprivate var isHexadecimalDigit: Bool {
        (0x30...0x39).contains(self) || (0x41...0x46).contains(self) || (0x61...0x66).contains(self)
    }

    fileprivate var isHostCharacter: Bool {
        (0x30...0x39).contains(self) || (0x41...0x5a).contains(self)
            || (0x61...0x7a).contains(self) || self == 0x2d || self == 0x2e
    }
}
