/// E-mail verification: the link of the mail makes the account active, alone or with the password.
public struct EmailVerification: Sendable {
    /// Whether the link is not enough: only whoever chose the password and has the mailbox gets through.
    public let asksPassword: Bool
    /// Compares the password, and counts failures with those of logins.
    private let login: Login

    /// - Parameters:
    ///   - asksPassword: Whether ``begin(token:password:store:context:)`` takes the place of
    ///     ``open(_:isReadOnly:store:context:)``.
    ///   - login: Compares the password.
    public init(asksPassword: Bool, login: Login) {
        self.asksPassword = asksPassword
        self.login = login
    }

    /// Opens the link.
    ///
    /// Opening it again finds it good again: scanners of mail open links before the person does.
    ///
    /// - Parameters:
    ///   - token: The text of the link.
    ///   - isReadOnly: Whether to tell without doing, as for a `HEAD` request.
    /// - Returns: Whose address it is; nil when the link is not good.
    public func open(
        _ token: String, isReadOnly: Bool, store: some EmailVerificationStore,
        context: RequestContext
    ) throws(StoreError) -> UserID? {
        guard let token = OneTimeToken(presented: token) else { return nil }
        if isReadOnly {
            return try store.verificationFacts(digest: token.digest, at: context.now)?.user
        }
        return try store.verifyEmail(digest: token.digest, context: context)
    }

    /// Why an address is not verified.
    public enum Failure: Error, Sendable {
        /// The link; looked at first.
        case link
        /// The password is not that of the account.
        case password
        /// Too many passwords were wrong, here or at logins.
        case throttled(Throttled)
        /// The store failed.
        case store(StoreError)
    }

    /// A verification whose password is to be compared.
    public struct Attempt: Sendable {
        /// The expensive part.
        public var work: PasswordWork { comparison.work }
        /// What is kept of it when it gets no answer.
        public var mark: Login.Mark { comparison.mark }
        /// Whose address it is.
        public let user: UserID
        fileprivate let digest: [UInt8]
        fileprivate let comparison: Login.Attempt
    }

    /// Judges the link, and writes the attempt down as a failed login for the time being.
    ///
    /// - Parameters:
    ///   - token: The text of the link.
    ///   - password: As typed.
    public func begin(
        token: String, password: Password, store: some EmailVerificationStore & LoginStore,
        context: RequestContext
    ) throws(Failure) -> Attempt {
        guard let token = OneTimeToken(presented: token) else { throw .link }
        let facts: EmailVerificationFacts?
        do {
            facts = try store.verificationFacts(digest: token.digest, at: context.now)
        } catch {
            throw .store(error)
        }
        guard let facts else { throw .link }
        do {
            let comparison = try login.begin(
                key: facts.usernameKey, password: password, letsInactiveIn: true, store: store,
                context: context)
            return Attempt(user: facts.user, digest: token.digest, comparison: comparison)
        } catch {
            switch error {
            case .throttled(let throttled): throw .throttled(throttled)
            case .store(let error): throw .store(error)
            }
        }
    }

    /// Makes the account active when the password was right; otherwise the link stays good.
    public func finish(
        _ attempt: Attempt, matches: Bool, store: some EmailVerificationStore & LoginStore,
        context: RequestContext
    ) throws(Failure) -> UserID {
        let isRight: Bool
        do {
            isRight = try login.settle(
                attempt.comparison, matches: matches, store: store, context: context)
        } catch {
            switch error {
            case .refused: throw .password
            case .throttled(let throttled): throw .throttled(throttled)
            case .store(let error): throw .store(error)
            }
        }
        guard isRight else { throw .password }
        let user: UserID?
        do {
            user = try store.verifyEmail(digest: attempt.digest, context: context)
        } catch {
            throw .store(error)
        }
        guard let user else { throw .link }
        return user
    }

    /// Settles an attempt whose owner was told nothing; see ``Login/settleLate(_:after:store:context:)``.
    public func settleLate(
        _ attempt: Login.Mark, after result: PasswordWorkResult?, store: some LoginStore,
        context: RequestContext
    ) {
        login.settleLate(attempt, after: result, store: store, context: context)
    }
}

/// Whose link it is.
public struct EmailVerificationFacts: Sendable {
    /// Who.
    public let user: UserID
    /// The compared form of the name, under which failures are counted.
    public let usernameKey: String

    /// Facts of their parts.
    public init(user: UserID, usernameKey: String) {
        self.user = user
        self.usernameKey = usernameKey
    }
}
