import Cryptography

/// Password reset: a link by mail allows one new password and ends all sessions.
public struct PasswordReset: Sendable {
    private let passwordRule: PasswordRule
    private let tokenKeys: OneTimeTokenKeys
    private let limits: ThrottleLimits
    /// How long a link is good, in seconds.
    private let linkLifetime: Int64
    /// Whether the owner is told by mail of a new password.
    private let sendsNotice: Bool

    /// - Parameters:
    ///   - passwordRule: Judges the new password.
    ///   - tokenKeys: What the link's secret is derived from.
    ///   - limits: How many mails are sent.
    ///   - linkLifetime: How long a link is good, in seconds.
    ///   - sendsNotice: Whether the owner is told by mail of a new password.
    public init(
        passwordRule: PasswordRule, tokenKeys: OneTimeTokenKeys, limits: ThrottleLimits,
        linkLifetime: Int64, sendsNotice: Bool
    ) {
        self.passwordRule = passwordRule
        self.limits = limits
        self.tokenKeys = tokenKeys
        self.linkLifetime = linkLifetime
        self.sendsNotice = sendsNotice
    }

    /// Asks for a link; who has the address, if anybody, is not told.
    public func request(
        for email: EmailAddress, store: some PasswordResetStore, context: RequestContext
    ) throws(StoreError) {
        // Made for unknown addresses as well, for equal time.
        let token = MailedToken.make(
            .passwordReset, keys: tokenKeys, at: context.now, lifetime: linkLifetime,
            from: SystemRandom())
        try store.requestPasswordReset(
            email: email, token: token, limits: limits, context: context)
    }

    /// Why no password was set.
    public enum Failure: Error, Sendable {
        /// The password; looked at first.
        case password([PasswordFault])
        /// The link.
        case link
        /// The store failed.
        case store(StoreError)
    }

    /// A reset whose password is to be hashed.
    public struct Attempt: Sendable {
        /// The expensive part.
        public let work: PasswordWork
        /// Whose password it is.
        public let user: UserID
        fileprivate let digest: [UInt8]
    }

    /// Judges password and link.
    ///
    /// - Parameters:
    ///   - uidb64: The user part of the link.
    ///   - token: The secret part of the link.
    ///   - password: As typed.
    public func begin(
        uidb64: String, token: String, password: Password, store: some PasswordResetStore,
        context: RequestContext
    ) throws(Failure) -> Attempt {
        let faults = passwordRule.faults(of: password, username: nil, email: nil)
        guard faults.isEmpty else { throw .password(faults) }
        guard let user = UserID(uidb64: uidb64), let token = OneTimeToken(presented: token) else {
            throw .link
        }
        let facts: PasswordResetFacts?
        do {
            facts = try store.passwordResetFacts(
                user: user, digest: token.digest, at: context.now)
        } catch {
            throw .store(error)
        }
        guard let facts else { throw .link }
        let personalFaults = passwordRule.faults(
            of: password, username: facts.username, email: facts.email)
        guard personalFaults.isEmpty else { throw .password(personalFaults) }
        return Attempt(work: .make(password), user: user, digest: token.digest)
    }

    /// Sets the password.
    public func finish(
        _ attempt: Attempt, passwordHash: String, store: some PasswordResetStore,
        context: RequestContext
    ) throws(Failure) {
        let isFirst: Bool
        do {
            isFirst = try store.resetPassword(
                user: attempt.user, digest: attempt.digest, passwordHash: passwordHash,
                notice: sendsNotice ? PasswordChangedNotice(at: context.now) : nil,
                context: context)
        } catch {
            throw .store(error)
        }
        // Of several that use a link at once, the conditional update lets one through.
        guard isFirst else { throw .link }
    }
}

/// Whose link it is.
public struct PasswordResetFacts: Sendable {
    /// The name, which the password must not resemble.
    public let username: String
    /// The address, which the password must not resemble.
    public let email: String

    /// Facts of their parts.
    public init(username: String, email: String) {
        self.username = username
        self.email = email
    }
}
