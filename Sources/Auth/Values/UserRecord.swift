import Cryptography

/// An account as an administrator sees it; it holds no hash.
public struct UserRecord: Sendable {
    /// The public number.
    public let id: UserID
    /// The name in NFKC.
    public let username: String
    /// The address as registered.
    public let email: String
    /// Whether it may log in and refresh.
    public let isActive: Bool
    /// When the address was verified; nil before.
    public let emailVerified: Instant?
    /// When it was registered.
    public let joined: Instant
    /// When it last logged in; nil when that is not recorded.
    public let lastLogin: Instant?
    /// In which form the password is kept.
    public let passwordForm: PasswordForm
    /// Refresh tokens of an older generation are refused.
    public let sessionGeneration: UInt32
    /// When all sessions were last ended; nil when never.
    public let sessionsEnded: Instant?
    /// The declared fields.
    public let customFields: [CustomFieldValue]

    /// A record of its parts.
    public init(
        id: UserID, username: String, email: String, isActive: Bool, emailVerified: Instant?,
        joined: Instant, lastLogin: Instant?, passwordForm: PasswordForm,
        sessionGeneration: UInt32, sessionsEnded: Instant?, customFields: [CustomFieldValue]
    ) {
        self.id = id
        self.username = username
        self.email = email
        self.isActive = isActive
        self.emailVerified = emailVerified
        self.joined = joined
        self.lastLogin = lastLogin
        self.passwordForm = passwordForm
        self.sessionGeneration = sessionGeneration
        self.sessionsEnded = sessionsEnded
        self.customFields = customFields
    }
}

/// In which form a password is kept, without the hash.
public enum PasswordForm: Hashable, Sendable {
    /// By this algorithm, named as in the first part of the stored text.
    case hashed(algorithm: String)
    /// No password matches.
    case unusable
    /// A form that this service does not know; no password matches.
    case unknown

    /// Reads the stored text.
    public init(encoded: String) {
        if encoded.hasPrefix("!") {
            self = .unusable
        } else if PasswordHash(encoded: encoded) == nil {
            self = .unknown
        } else {
            let name = encoded.prefix { $0 != "$" }
            // The oldest form is a digest and nothing else.
            self = .hashed(algorithm: name.utf8.count == encoded.utf8.count ? "md5" : String(name))
        }
    }

    /// For people.
    public var name: String {
        switch self {
        case .hashed(let algorithm): algorithm
        case .unusable: "none"
        case .unknown: "unknown form"
        }
    }
}
