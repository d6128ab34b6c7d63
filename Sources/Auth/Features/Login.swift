import Cryptography

/// Login: a name and a password for a pair of tokens.
public struct Login: Sendable {
    private let issuer: TokenIssuer
    private let limits: ThrottleLimits
    /// What proves that a device has logged in before; nil where that is not asked.
    private let deviceTokens: DeviceTokens?
    /// Whether the trimmed password is tried after the exact one, since the replaced system trimmed.
    private let triesTrimmedPassword: Bool
    /// Whether `last_login` is written.
    private let recordsLastLogin: Bool

    /// - Parameters:
    ///   - issuer: Issues the tokens.
    ///   - limits: How many failures are let through.
    ///   - deviceTokens: What proves that a device has logged in before; nil where that is not asked.
    ///   - triesTrimmedPassword: Whether the trimmed password is tried after the exact one.
    ///   - recordsLastLogin: Whether `last_login` is written.
    public init(
        issuer: TokenIssuer, limits: ThrottleLimits, deviceTokens: DeviceTokens? = nil,
        triesTrimmedPassword: Bool, recordsLastLogin: Bool
    ) {
        self.issuer = issuer
        self.limits = deviceTokens == nil ? limits : limits.withoutKnownNetworks
        self.deviceTokens = deviceTokens
        self.triesTrimmedPassword = triesTrimmedPassword
        self.recordsLastLogin = recordsLastLogin
    }

    /// Why a login is refused: for the audit trail, never for the client.
    public enum Refusal: String, Error, Hashable, Sendable, CaseIterable {
        /// Nobody has that name.
        case noSuchUser = "no_such_user"
        /// The password is another.
        case wrongPassword = "wrong_password"
        /// The account is not active.
        case inactive = "inactive"
        /// The stored hash is of no known form, or says that no password matches.
        case unusablePassword = "unusable_password"
    }

    /// A login whose password is to be compared.
    public struct Attempt: Sendable {
        /// The expensive part; it is there whatever the account, so that time tells nothing.
        public let work: PasswordWork
        /// Whose account it is; nil when nobody has the name.
        public var user: UserID? { facts?.user }
        /// What is kept of it when its owner is told nothing.
        public var mark: Mark {
            Mark(
                id: id, usernameKey: usernameKey, isKnownDevice: isKnownDevice,
                hasPassword: !hasNone)
        }
        /// Whether nobody has set a password for the account, as an administrator makes them.
        fileprivate var hasNone: Bool {
            refusal == .unusablePassword && facts?.passwordHash.hasPrefix("!") == true
        }
        /// Under which the store has it.
        fileprivate let id: UInt64
        fileprivate let usernameKey: String
        fileprivate let isKnownDevice: Bool
        fileprivate let facts: LoginFacts?
        fileprivate let refusal: Refusal?
    }

    /// Why no password is compared.
    public enum BeginError: Error, Sendable {
        /// Too many logins have failed.
        case throttled(Throttled)
        /// The store failed.
        case store(StoreError)
    }

    /// Writes the attempt down, as failed for the time being, and finds the account.
    ///
    /// - Parameters:
    ///   - username: As typed, trimmed.
    ///   - password: As typed.
    ///   - deviceToken: What ``deviceToken(after:context:)`` gave at an earlier login, if the device has it.
    public func begin(
        username: String, password: Password, deviceToken: String? = nil, store: some LoginStore,
        context: RequestContext
    ) throws(BeginError) -> Attempt {
        // A name without normal form is looked up under a key that no account has, for equal time.
        let key = Username.key(of: username) ?? ""
        let isKnownDevice =
            deviceToken.flatMap { text in
                deviceTokens?.proves(
                    text, account: AccountKey(compared: key), at: context.now)
            } ?? false
        return try begin(
            key: key, password: password, letsInactiveIn: false, isKnownDevice: isKnownDevice,
            store: store, context: context)
    }

    private func limits(_ isKnownDevice: Bool) -> ThrottleLimits {
        isKnownDevice ? limits.forKnownDevice : limits
    }

    /// What proves from now on that a device has logged in; nil where that is not asked.
    public func deviceToken(after attempt: Attempt, context: RequestContext) -> String? {
        deviceTokens?.make(for: AccountKey(compared: attempt.usernameKey), at: context.now)
    }

    /// The same under the compared form of a name.
    ///
    /// - Parameters:
    ///   - letsInactiveIn: Whether the password of an account that is not active may match.
    ///   - isKnownDevice: Whether the device has proved an earlier login.
    func begin(
        key: String, password: Password, letsInactiveIn: Bool, isKnownDevice: Bool = false,
        store: some LoginStore, context: RequestContext
    ) throws(BeginError) -> Attempt {
        let start: LoginStart
        do {
            start = try store.beginLogin(
                usernameKey: key, limits: limits(isKnownDevice), context: context)
        } catch {
            throw .store(error)
        }
        let (id, facts): (UInt64, LoginFacts?)
        switch start {
        case .throttled(let throttled): throw .throttled(throttled)
        case .begun(let attempt, let found): (id, facts) = (attempt, found)
        }
        let alternative = triesTrimmedPassword ? password.trimmed : nil
        let hash = facts.flatMap { PasswordHash(encoded: $0.passwordHash) }
        func refused(_ refusal: Refusal) -> Attempt {
            Attempt(
                work: .pretend(password, alternative: alternative, like: hash), id: id,
                usernameKey: key, isKnownDevice: isKnownDevice, facts: facts, refusal: refusal)
        }
        guard let facts else { return refused(.noSuchUser) }
        guard let hash else { return refused(.unusablePassword) }
        // Not compared in earnest: that it is the right password must not show either.
        guard facts.isActive || letsInactiveIn else { return refused(.inactive) }
        return Attempt(
            work: .verify(password, alternative: alternative, against: hash), id: id,
            usernameKey: key, isKnownDevice: isKnownDevice, facts: facts, refusal: nil)
    }

    /// Why there are no tokens.
    public enum FinishError: Error, Sendable {
        /// The login is refused.
        case refused(Refusal)
        /// Too many others failed while the password was compared; what came of it is not told.
        case throttled(Throttled)
        /// The store failed.
        case store(StoreError)
    }

    /// Marks the attempt as good and issues the tokens, or refuses.
    public func finish(
        _ attempt: Attempt, matches: Bool, upgradedHash: String?, store: some LoginStore,
        context: RequestContext
    ) throws(FinishError) -> TokenIssuer.Pair {
        guard attempt.refusal == nil, matches, let facts = attempt.facts else {
            try recordFailure(of: attempt, store: store, context: context)
            throw .refused(attempt.refusal ?? .wrongPassword)
        }
        let success = LoginSuccess(
            attempt: attempt.id, user: facts.user, setsLastLogin: recordsLastLogin,
            presentHash: facts.passwordHash, upgradedHash: upgradedHash)
        let throttled: Throttled?
        do {
            throttled = try store.recordSuccess(
                success, usernameKey: attempt.usernameKey, limits: limits(attempt.isKnownDevice),
                context: context)
        } catch {
            throw .store(error)
        }
        if let throttled { throw .throttled(throttled) }
        return issuer.issuePair(
            for: facts.user, generation: facts.generation,
            accessClaims: facts.accessClaims.map(\.claim), at: context.now, from: SystemRandom())
    }

    /// Judges a password that opens something else than a session: a wrong one stands as a failed login,
    /// a right one is forgotten.
    ///
    /// An account that nobody has set a password for, as an administrator makes them, has none that
    /// could be wrong.
    ///
    /// - Returns: Whether it was right.
    func settle(
        _ attempt: Attempt, matches: Bool, store: some LoginStore, context: RequestContext
    ) throws(FinishError) -> Bool {
        // For a right one, too: when too many others have failed, what came of it is not told.
        try recordFailure(of: attempt, store: store, context: context)
        guard attempt.hasNone || attempt.refusal == nil && matches else { return false }
        store.tryToCancelAttempt(attempt.id)
        return true
    }

    private func recordFailure(
        of attempt: Attempt, store: some LoginStore, context: RequestContext
    ) throws(FinishError) {
        let throttled: Throttled?
        do {
            throttled = try store.recordFailure(
                attempt: attempt.id, usernameKey: attempt.usernameKey,
                limits: limits(attempt.isKnownDevice),
                context: context)
        } catch {
            throw .store(error)
        }
        if let throttled { throw .throttled(throttled) }
    }

    /// What is kept of an attempt whose owner was told nothing; it holds no password.
    public struct Mark: Sendable {
        fileprivate let id: UInt64
        fileprivate let usernameKey: String
        fileprivate let isKnownDevice: Bool
        fileprivate let hasPassword: Bool
    }

    /// Settles an attempt whose owner was told nothing, since the service was overloaded.
    ///
    /// One whose password was found wrong stands, unless too many have failed: beyond the limit it would
    /// count against those who know the password. That of an account without one could not be wrong.
    ///
    /// - Parameter result: Nil when the password was not compared.
    public func settleLate(
        _ attempt: Mark, after result: PasswordWorkResult?, store: some LoginStore,
        context: RequestContext
    ) {
        guard attempt.hasPassword, case .compared(matches: false, _) = result else {
            return store.tryToCancelAttempt(attempt.id)
        }
        // As when it is taken back: nobody waits for it.
        _ = try? store.recordFailure(
            attempt: attempt.id, usernameKey: attempt.usernameKey,
            limits: limits(attempt.isKnownDevice),
            context: context)
    }
}

/// What the store says when a login begins.
public enum LoginStart: Sendable {
    /// Too many have failed; nothing was written.
    case throttled(Throttled)
    /// The attempt is written down; the user, nil when nobody has the name.
    case begun(attempt: UInt64, facts: LoginFacts?)
}

/// What the store knows about the user who logs in.
public struct LoginFacts: Sendable {
    /// Who.
    public let user: UserID
    /// The encoded hash of the password.
    public let passwordHash: String
    /// Whether the account may be used.
    public let isActive: Bool
    /// The session generation.
    public let generation: UInt32
    /// Declared fields that go into the access token.
    public let accessClaims: [CustomFieldValue]

    /// Facts of their parts.
    public init(
        user: UserID, passwordHash: String, isActive: Bool, generation: UInt32,
        accessClaims: [CustomFieldValue]
    ) {
        self.user = user
        self.passwordHash = passwordHash
        self.isActive = isActive
        self.generation = generation
        self.accessClaims = accessClaims
    }
}

/// A login that was good.
public struct LoginSuccess: Sendable {
    /// The attempt.
    public let attempt: UInt64
    /// Who.
    public let user: UserID
    /// Whether `last_login` is written.
    public let setsLastLogin: Bool
    /// The hash that was compared; a new one replaces only this one.
    public let presentHash: String
    /// A new hash of the same password, with the parameters in force.
    public let upgradedHash: String?
}
