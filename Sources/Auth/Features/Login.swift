import Cryptography

/// Login: a name and a password for a pair of tokens.
public struct Login: Sendable {
    private let issuer: TokenIssuer
    /// Whether the trimmed password is tried after the exact one, since the replaced system trimmed.
    private let triesTrimmedPassword: Bool
    /// Whether `last_login` is written.
    private let recordsLastLogin: Bool

    /// - Parameters:
    ///   - issuer: Issues the tokens.
    ///   - triesTrimmedPassword: Whether the trimmed password is tried after the exact one.
    ///   - recordsLastLogin: Whether `last_login` is written.
    public init(issuer: TokenIssuer, triesTrimmedPassword: Bool, recordsLastLogin: Bool) {
        self.issuer = issuer
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
        fileprivate let facts: LoginFacts?
        fileprivate let refusal: Refusal?
    }

    /// Finds the account.
    ///
    /// - Parameters:
    ///   - username: As typed, trimmed.
    ///   - password: As typed.
    public func begin(
        username: String, password: Password, store: some LoginStore
    ) throws(StoreError) -> Attempt {
        // A name without normal form is looked up under a key that no account has, for equal time.
        let facts = try store.loginFacts(usernameKey: Username.key(of: username) ?? "")
        guard let facts else {
            return Attempt(work: .pretend(password), facts: nil, refusal: .noSuchUser)
        }
        guard let hash = PasswordHash(encoded: facts.passwordHash) else {
            return Attempt(work: .pretend(password), facts: facts, refusal: .unusablePassword)
        }
        let work = PasswordWork.verify(
            password, alternative: triesTrimmedPassword ? password.trimmed : nil, against: hash)
        return Attempt(work: work, facts: facts, refusal: facts.isActive ? nil : .inactive)
    }

    /// Why there are no tokens.
    public enum FinishError: Error, Sendable {
        /// The login is refused.
        case refused(Refusal)
        /// The store failed.
        case store(StoreError)
    }

    /// Issues the tokens, or refuses, and records either.
    public func finish(
        _ attempt: Attempt, matches: Bool, upgradedHash: String?, store: some LoginStore,
        context: RequestContext
    ) throws(FinishError) -> TokenIssuer.Pair {
        var record = LoginRecord(user: attempt.facts?.user, refusal: attempt.refusal)
        if record.refusal == nil, !matches { record.refusal = .wrongPassword }
        if record.refusal == nil {
            record.setsLastLogin = recordsLastLogin
            record.upgradedHash = upgradedHash
            record.presentHash = attempt.facts?.passwordHash
        }
        do {
            try store.recordLogin(record, context: context)
        } catch {
            throw .store(error)
        }
        guard record.refusal == nil, let facts = attempt.facts else {
            throw .refused(record.refusal ?? .noSuchUser)
        }
        var random = SystemRandom()
        return issuer.issuePair(
            for: facts.user, generation: facts.generation,
            accessClaims: facts.accessClaims.map(\.claim), at: context.now, from: &random)
    }
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

/// How a login ended.
public struct LoginRecord: Sendable {
    /// Who, nil when nobody has the name.
    public let user: UserID?
    /// Why it was refused, nil when it was not.
    public var refusal: Login.Refusal?
    /// Whether `last_login` is written.
    public var setsLastLogin = false
    /// A new hash of the same password, with the parameters in force.
    public var upgradedHash: String?
    /// The hash that was compared; the new one replaces only this one.
    public var presentHash: String?

    init(user: UserID?, refusal: Login.Refusal?) {
        self.user = user
        self.refusal = refusal
    }
}
