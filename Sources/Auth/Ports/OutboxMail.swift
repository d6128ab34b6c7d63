/// Which mail it is; each has its templates.
public enum MailKind: String, Hashable, Sendable, CaseIterable {
    /// Asks the owner of an address to confirm it.
    case verifyEmail = "verify_email"
    /// Lets a user choose a new password.
    case passwordReset = "password_reset"
    /// Tells the owner of an address that somebody else gave it at registration; has no link.
    case registrationNotice = "registration_notice"
    /// Tells the owner of an account that its password was changed; has no link.
    case passwordChanged = "password_changed"

    /// What the link of the mail is for; nil for a mail without a link.
    public var linkPurpose: OneTimePurpose? {
        switch self {
        case .verifyEmail: .verifyEmail
        case .passwordReset: .passwordReset
        case .registrationNotice, .passwordChanged: nil
        }
    }
}

/// A row of the outbox that this mailer has leased.
///
/// It holds no secret: the link is made from ``tokenID`` when the mail is sent.
public struct OutboxMail: Hashable, Sendable {
    /// The row.
    public var id: UInt64
    /// The left part of the Message-ID, 16 random bytes; every attempt carries the same.
    public var messageID: [UInt8]
    /// Which mail it is.
    public var kind: MailKind
    /// Whom it is about.
    public var userID: UInt64
    /// The user name of that user.
    public var username: String
    /// The stored address that it goes to.
    public var recipient: String
    /// The token of the link, 16 bytes; `nil` for a mail without a link.
    public var tokenID: [UInt8]?
    /// The stored digest of that token, 32 bytes, which its secret must have.
    public var tokenDigest: [UInt8]?
    /// How often sending was begun before this lease.
    public var attempts: Int
    /// When the mail is of no use any more, in seconds since 1970-01-01T00:00:00Z.
    public var expiresAt: Int64
    /// Whether the link would still work: its token exists, is unused, and the user's address has
    /// not changed; true without a link.
    public var tokenIsValid: Bool

    /// Copies a row.
    public init(
        id: UInt64, messageID: [UInt8], kind: MailKind, userID: UInt64, username: String,
        recipient: String, tokenID: [UInt8]?, tokenDigest: [UInt8]? = nil, attempts: Int,
        expiresAt: Int64, tokenIsValid: Bool
    ) {
        self.id = id
        self.messageID = messageID
        self.kind = kind
        self.userID = userID
        self.username = username
        self.recipient = recipient
        self.tokenID = tokenID
        self.tokenDigest = tokenDigest
        self.attempts = attempts
        self.expiresAt = expiresAt
        self.tokenIsValid = tokenIsValid
    }
}
