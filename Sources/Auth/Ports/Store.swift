import Cryptography

/// Everything that the features need to be kept; one for each thread.
public protocol Store: AnyObject, RegistrationStore, EmailVerificationStore, LoginStore,
    TokenRefreshStore, LogoutStore, PasswordResetStore, BearerStore, HealthStore
{
    /// Begins the work for a request: what it asks for after so many microseconds is refused.
    ///
    /// What was asked before may take longer. Thus the sum of many slow answers is bounded, too.
    func begin(microseconds: UInt64)

    /// Mends what may be broken, in a time of its own, so that the next request need not.
    ///
    /// It takes a few seconds at most, and nothing while nothing is broken.
    func recover()
}

/// A one-time token and the mail that carries it, to be written in one transaction.
public struct MailedToken: Sendable {
    /// The id of the token's row, 16 bytes.
    public let id: [UInt8]
    /// What it may be used for; names the mail's template, too.
    public let purpose: OneTimePurpose
    /// SHA-256 of the secret.
    public let digest: [UInt8]
    /// Refused from this moment on.
    public let expires: Instant
    /// The fixed part of the Message-ID, 16 bytes.
    public let messageID: [UInt8]

    /// Makes a token.
    ///
    /// - Parameter lifetime: In seconds.
    static func make(
        _ purpose: OneTimePurpose, keys: OneTimeTokenKeys, at now: Instant, lifetime: Int64,
        from random: some RandomSource
    ) -> MailedToken {
        let (id, digest) = keys.make(purpose, from: random)
        return MailedToken(
            id: id, purpose: purpose, digest: digest, expires: now.advanced(seconds: lifetime),
            messageID: random.bytes(count: 16))
    }
}

/// A mail that tells the owner of an account that its password was changed, to be written in the
/// transaction that changes it.
public struct PasswordChangedNotice: Sendable {
    /// How long the mail is of use, in seconds: seven days.
    private static let lifetime: Int64 = 604_800

    /// The fixed part of the Message-ID, 16 bytes.
    public let messageID: [UInt8]
    /// Not sent from this moment on.
    public let expires: Instant

    /// Makes a notice.
    ///
    /// - Parameter now: When the password is changed.
    public init(at now: Instant) {
        messageID = SystemRandom().bytes(count: 16)
        expires = now.advanced(seconds: Self.lifetime)
    }
}

/// What a feature keeps that counts attempts.
public protocol AttemptStore {
    /// Takes an attempt back that must not count.
    func cancelAttempt(_ id: UInt64) throws(StoreError)
}

extension AttemptStore {
    /// The same where nobody waits for it: that it stays counted is the worst that a failure can do.
    public func tryToCancelAttempt(_ id: UInt64) {
        try? cancelAttempt(id)
    }
}

/// Whether a registration may go on.
public enum RegistrationCount: Sendable {
    /// It may, and is counted under this number.
    case counted(attempt: UInt64)
    /// Too many came from its network; nothing was written.
    case throttled(Throttled)
}

/// What the registration feature keeps.
public protocol RegistrationStore: AttemptStore {
    /// Counts a registration from the network of the client.
    func countRegistration(
        limits: ThrottleLimits, context: RequestContext
    ) throws(StoreError) -> RegistrationCount

    /// Which of a name and an address are taken; nil is not looked up.
    func registrationConflicts(
        username: Username?, email: EmailAddress?
    ) throws(StoreError) -> RegistrationConflicts

    /// Writes user, token, mail and audit entry together.
    ///
    /// - Parameter hidesTakenAddress: Whether a taken address is no conflict. The user is written with
    ///   an address that nobody can have, so that its name is taken like any other, and the mail is a
    ///   notice to the owner of the address.
    /// - Returns: The new user, or what was taken meanwhile; nothing is written then.
    func register(
        _ user: NewUser, token: MailedToken, hidesTakenAddress: Bool, context: RequestContext
    ) throws(StoreError) -> RegistrationResult
}

/// What came of writing a new user.
public enum RegistrationResult: Hashable, Sendable {
    /// The account is there.
    case registered(UserID)
    /// Somebody else was faster.
    case conflicting(RegistrationConflicts)
}

/// A user to be registered.
public struct NewUser: Sendable {
    /// The name.
    public let username: Username
    /// The address.
    public let email: EmailAddress
    /// The encoded hash of the password.
    public let passwordHash: String
    /// The declared fields.
    public let customFields: [CustomFieldValue]
}

/// What is taken already.
public struct RegistrationConflicts: Hashable, Sendable {
    /// The user name.
    public var username: Bool
    /// The e-mail address.
    public var email: Bool

    /// Conflicts of their parts.
    public init(username: Bool = false, email: Bool = false) {
        self.username = username
        self.email = email
    }

    /// Whether nothing is taken.
    public var isEmpty: Bool { !username && !email }
}

/// What the verification of addresses keeps.
public protocol EmailVerificationStore {
    /// Whose the token of a digest is, nil when it is not good now; changes nothing.
    func verificationFacts(
        digest: [UInt8], at now: Instant
    ) throws(StoreError) -> EmailVerificationFacts?

    /// Uses a token: the first use activates the user, later ones change nothing.
    ///
    /// - Returns: Whose the token is; nil when it is not good.
    func verifyEmail(digest: [UInt8], context: RequestContext) throws(StoreError) -> UserID?
}

/// What login keeps.
public protocol LoginStore: AttemptStore {
    /// Writes an attempt down, as failed for the time being, and finds the user; unless too many
    /// have failed.
    func beginLogin(
        usernameKey: String, limits: ThrottleLimits, context: RequestContext
    ) throws(StoreError) -> LoginStart

    /// Marks an attempt as good, unless too many others have failed while it was judged.
    ///
    /// - Returns: Nil when it stands; otherwise the attempt is taken back.
    func recordSuccess(
        _ success: LoginSuccess, usernameKey: String, limits: ThrottleLimits,
        context: RequestContext
    ) throws(StoreError) -> Throttled?

    /// Lets an attempt stand as failed, unless too many others have failed while it was judged.
    ///
    /// - Returns: Nil when it stands; otherwise the attempt is taken back.
    func recordFailure(
        attempt: UInt64, usernameKey: String, limits: ThrottleLimits, context: RequestContext
    ) throws(StoreError) -> Throttled?

    /// The encoded hashes of the oldest and the newest accounts, some hundreds: what costs there are.
    func sampleOfPasswordHashes() throws(StoreError) -> [String]
}

/// What refreshing needs to know and keep.
public protocol TokenRefreshStore {
    /// What decides about a token.
    func refreshFacts(user: UserID?, token: TokenID) throws(StoreError) -> RefreshFacts

    /// Ends a token because another takes its place.
    ///
    /// - Parameter successor: The other, when it must be possible to tell it later; else nil.
    /// - Returns: False when it had been ended before.
    func retire(
        _ token: TokenClaims, for successor: TokenSuccessor?, user: UserID?,
        context: RequestContext
    ) throws(StoreError) -> Bool

    /// How a token was spent; nil when it was not, or when its successor was not kept.
    func rotation(of token: TokenID) throws(StoreError) -> Rotation?

    /// Ends the newest of the tokens that follow each other from a successor on, and records the reuse
    /// of an older one, together. When the newest cannot be found, all sessions of the user end.
    ///
    /// - Returns: False when there was nothing to end any more.
    func endFamily(
        from successor: TokenSuccessor, user: UserID?, context: RequestContext
    ) throws(StoreError) -> Bool
}

/// What logout keeps.
public protocol LogoutStore {
    /// Ends a token; it is committed when this returns.
    ///
    /// - Returns: False when it had been ended before.
    func blacklist(
        _ token: TokenClaims, user: UserID?, context: RequestContext
    ) throws(StoreError) -> Bool

    /// Ends the newest of the tokens that a spent one was exchanged for, if its successor was kept. When
    /// the newest cannot be found, all sessions of the user end.
    func endSuccessors(
        of token: TokenID, user: UserID?, context: RequestContext
    ) throws(StoreError)
}

/// What password resets keep.
public protocol PasswordResetStore {
    /// Voids older links of the active user with an address and writes token, mail and audit entry;
    /// for any other address, or when too many mails went out, writes the audit entry alone.
    func requestPasswordReset(
        email: EmailAddress, token: MailedToken, limits: ThrottleLimits, context: RequestContext
    ) throws(StoreError)

    /// Whose link it is, nil when it is not good now.
    func passwordResetFacts(
        user: UserID, digest: [UInt8], at now: Instant
    ) throws(StoreError) -> PasswordResetFacts?

    /// Uses the link: sets the password, ends all sessions, voids all links, and writes a notice to the
    /// owner, if there is to be one.
    ///
    /// - Returns: Whether the link was still good; otherwise nothing is changed.
    func resetPassword(
        user: UserID, digest: [UInt8], passwordHash: String, notice: PasswordChangedNotice?,
        context: RequestContext
    ) throws(StoreError) -> Bool
}

/// What the health checks and the metrics need.
public protocol HealthStore {
    /// How the outbox stands, by the rule of ``OutboxRule/standard``.
    func outboxBacklog(at now: Instant) throws(StoreError) -> OutboxBacklog

    /// Fails when a request that needs the database would fail.
    func checkReadiness() throws(StoreError)
}

/// What checking an access token needs.
public protocol BearerStore {
    /// Whether a user is active, nil without such a user.
    func isActive(_ user: UserID) throws(StoreError) -> Bool?
}
