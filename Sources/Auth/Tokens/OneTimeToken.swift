public import Cryptography

/// What a one-time token may be used for.
public enum OneTimePurpose: String, Sendable, CaseIterable {
    /// Proves that a person reads the mail of an address.
    case verifyEmail = "verify_email"
    /// Allows one new password.
    case passwordReset = "password_reset"
}

/// The secret that a link in a mail carries: 256 bits, in URL-safe base64.
///
/// It is derived from the id of its row and a key outside of the database (HMAC-SHA256), so the
/// mailer can make it when it sends and nobody needs to keep it. The database has its digest.
public struct OneTimeToken: Sendable {
    private let secret: [UInt8]

    /// Derives the secret of a row.
    ///
    /// - Parameters:
    ///   - id: The id of the row, 16 random bytes.
    ///   - purpose: What it may be used for; another purpose gives another secret.
    ///   - key: See ``OneTimeTokenKeys``.
    init(id: [UInt8], purpose: OneTimePurpose, key: HMACKey) {
        secret = key.authenticationCode(for: Array(purpose.rawValue.utf8) + [0] + id)
    }

    /// Reads the text of a link; nil when it cannot be one.
    public init?(presented text: String) {
        guard text.utf8.count == 43, let bytes = Base64URL.decode(Array(text.utf8)) else {
            return nil
        }
        secret = bytes
    }

    /// What the database keeps and looks up (SHA-256).
    public var digest: [UInt8] { SHA256.digest(secret) }

    /// The text for the link; called only where the mail is written.
    public func revealForMail() -> String { Base64URL.encode(secret) }
}

extension OneTimeToken: CustomStringConvertible, CustomReflectable {
    /// Always the same.
    public var description: String { "OneTimeToken(hidden)" }
    /// Has no children.
    public var customMirror: Mirror { Mirror(self, children: [:]) }
}

/// The keys that secrets of one-time tokens are derived from.
public struct OneTimeTokenKeys: Sendable {
    private let keys: [HMACKey]

    /// - Parameter keys: The present key, then older ones whose mails may still wait.
    /// - Precondition: There is a key.
    public init(_ keys: [HMACKey]) {
        precondition(!keys.isEmpty)
        self.keys = keys
    }

    /// A new token: its row id and its digest.
    func make(
        _ purpose: OneTimePurpose, from random: some RandomSource
    ) -> (id: [UInt8], digest: [UInt8]) {
        let id = random.bytes(count: 16)
        return (id, OneTimeToken(id: id, purpose: purpose, key: keys[0]).digest)
    }

    /// The token of a row; nil when no key gives the digest that the row has.
    public func token(id: [UInt8], purpose: OneTimePurpose, digest: [UInt8]) -> OneTimeToken? {
        for key in keys {
            let token = OneTimeToken(id: id, purpose: purpose, key: key)
            if constantTimeEqual(token.digest, digest) { return token }
        }
        return nil
    }
}
