import Cryptography

/// An account of another system, taken over with its number and the hash of its password.
public struct ImportedAccount: Sendable {
    /// The number, which tokens and links carry.
    public let id: UserID
    /// The name.
    public let username: Username
    /// The address.
    public let email: EmailAddress
    /// What opens the account.
    public let password: ImportedPassword
    /// Whether its owner may log in.
    public let isActive: Bool
    /// When it was registered.
    public let joined: Instant
    /// The declared fields that something was said about.
    public let customFields: [CustomFieldValue]

    /// An account of its parts.
    public init(
        id: UserID, username: Username, email: EmailAddress, password: ImportedPassword,
        isActive: Bool, joined: Instant, customFields: [CustomFieldValue]
    ) {
        self.id = id
        self.username = username
        self.email = email
        self.password = password
        self.isActive = isActive
        self.joined = joined
        self.customFields = customFields
    }
}

/// What another system stored in place of a password.
public struct ImportedPassword: Sendable, CustomStringConvertible, CustomReflectable {
    /// The most bytes that the column holds.
    private static let lengthLimit = 255

    /// The text for the column: a hash that ``PasswordHash`` reads, or `!` and anything.
    public let encoded: String

    /// Takes the text; nil when no password could ever be compared with it, or the column does not hold it.
    public init?(encoded: String) {
        guard encoded.utf8.count <= Self.lengthLimit, encoded.utf8.allSatisfy({ $0 < 0x80 }),
            encoded.utf8.first == UInt8(ascii: "!") || PasswordHash(encoded: encoded) != nil
        else { return nil }
        self.encoded = encoded
    }

    /// The same text for all: a hash lets its reader guess the password.
    public var description: String { "ImportedPassword(hidden)" }

    /// Shows no part.
    public var customMirror: Mirror { Mirror(self, children: [:]) }
}

/// A refresh token that another system ended before its time.
public struct ImportedTokenEnd: Sendable {
    /// The token.
    public let token: TokenID
    /// Whose it was; nil when its user is gone.
    public let user: UserID?
    /// When it was ended.
    public let ended: Instant
    /// When it ends by itself.
    public let expires: Instant

    /// The end of a token, of its parts.
    public init(token: TokenID, user: UserID?, ended: Instant, expires: Instant) {
        self.token = token
        self.user = user
        self.ended = ended
        self.expires = expires
    }
}
