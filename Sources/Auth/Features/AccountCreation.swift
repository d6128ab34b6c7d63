import Cryptography

/// An administrator makes an account, by the rules of registration.
public struct AccountCreation: Sendable {
    private let passwordRule: PasswordRule
    private let links: VerificationLinks

    /// - Parameters:
    ///   - passwordRule: Judges the password.
    ///   - links: Makes the link by which the address of an inactive account is verified.
    public init(passwordRule: PasswordRule, links: VerificationLinks) {
        self.passwordRule = passwordRule
        self.links = links
    }

    /// What the administrator said.
    public struct Input: Sendable {
        /// Trimmed.
        public var username: String
        /// Trimmed.
        public var email: String
        /// As typed; nil for an account that no password opens until its owner has reset it.
        public var password: Password?
        /// The declared fields.
        public var customFields: [CustomFieldValue]

        /// An input of its parts.
        public init(
            username: String, email: String, password: Password?, customFields: [CustomFieldValue]
        ) {
            self.username = username
            self.email = email
            self.password = password
            self.customFields = customFields
        }
    }

    /// An account whose password is to be hashed.
    public struct Attempt: Sendable {
        /// The expensive part; nil without a password.
        public let work: PasswordWork?
        fileprivate let username: Username
        fileprivate let email: EmailAddress
        fileprivate let customFields: [CustomFieldValue]
    }

    /// Why there is no account.
    public enum Failure: Error, Sendable {
        /// The input.
        case refused(Registration.Refusal)
        /// The store failed.
        case store(StoreError)
    }

    /// Judges the input; all faults of all fields are found together.
    public func begin(
        _ input: Input, store: some RegistrationStore
    ) throws(Failure) -> Attempt {
        var refusal = Registration.Refusal()
        let username = Username(input.username)
        let email = EmailAddress(input.email)
        if username == nil { refusal.username = Registration.faults(ofUsername: input.username) }
        if email == nil { refusal.email = Registration.faults(ofEmail: input.email) }
        if let password = input.password {
            refusal.password = passwordRule.faults(
                of: password, username: input.username, email: input.email)
        }
        do {
            refusal.add(try store.registrationConflicts(username: username, email: email))
        } catch {
            throw .store(error)
        }
        guard refusal == Registration.Refusal(), let username, let email else {
            throw .refused(refusal)
        }
        return Attempt(
            work: input.password.map { .make($0) }, username: username, email: email,
            customFields: input.customFields)
    }

    /// The user to be written.
    ///
    /// - Parameter passwordHash: Of the password; nil without one.
    public func user(_ attempt: Attempt, passwordHash: String?) -> NewUser {
        NewUser(
            username: attempt.username, email: attempt.email,
            passwordHash: passwordHash ?? Self.unusablePassword(),
            customFields: attempt.customFields
        )
    }

    /// The link for the mail of a new account.
    public func verification(at now: Instant) -> MailedToken { links.make(at: now) }

    /// `!` and chance, as Django marks an account without password.
    private static func unusablePassword() -> String {
        "!" + Hex.encode(SystemRandom().bytes(count: 20))
    }
}

/// Makes the links that verify addresses.
public struct VerificationLinks: Sendable {
    private let tokenKeys: OneTimeTokenKeys
    private let lifetime: Int64

    /// - Parameters:
    ///   - tokenKeys: What the link's secret is derived from.
    ///   - lifetime: How long a link is good, in seconds.
    public init(tokenKeys: OneTimeTokenKeys, lifetime: Int64) {
        self.tokenKeys = tokenKeys
        self.lifetime = lifetime
    }

    /// A new token.
    public func make(at now: Instant) -> MailedToken {
        return .make(
            .verifyEmail, keys: tokenKeys, at: now, lifetime: lifetime, from: SystemRandom())
    }
}
