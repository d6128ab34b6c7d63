import Cryptography

/// Registration: a person makes an account, which stays inactive until the address is verified.
public struct Registration: Sendable {
    private let passwordRule: PasswordRule
    private let tokenKeys: OneTimeTokenKeys
    private let limits: ThrottleLimits
    /// How long a verification link is good, in seconds.
    private let linkLifetime: Int64
    /// Whether who has an address is hidden: the registration looks as any other, and its owner gets
    /// a notice.
    private let hidesTakenAddresses: Bool

    /// - Parameters:
    ///   - passwordRule: Judges the password.
    ///   - tokenKeys: What the link's secret is derived from.
    ///   - limits: How many registrations are let through.
    ///   - linkLifetime: How long a verification link is good, in seconds.
    ///   - hidesTakenAddresses: Whether who has an address is hidden.
    public init(
        passwordRule: PasswordRule, tokenKeys: OneTimeTokenKeys, limits: ThrottleLimits,
        linkLifetime: Int64, hidesTakenAddresses: Bool
    ) {
        self.passwordRule = passwordRule
        self.limits = limits
        self.tokenKeys = tokenKeys
        self.linkLifetime = linkLifetime
        self.hidesTakenAddresses = hidesTakenAddresses
    }

    /// What a client sent; nil for a field that was found faulty before.
    public struct Input: Sendable {
        /// Trimmed.
        public var username: String?
        /// Trimmed.
        public var email: String?
        /// As typed.
        public var password: Password?
        /// The declared fields that a client may set; nil when one was found faulty before.
        public var customFields: [CustomFieldValue]?

        /// An input of its parts.
        public init(
            username: String?, email: String?, password: Password?,
            customFields: [CustomFieldValue]?
        ) {
            self.username = username
            self.email = email
            self.password = password
            self.customFields = customFields
        }
    }

    /// Why a registration is refused; empty lists for fields without fault.
    public struct Refusal: Error, Hashable, Sendable {
        /// Faults of the user name.
        public var username: [UsernameFault] = []
        /// Faults of the address.
        public var email: [EmailFault] = []
        /// Faults of the password.
        public var password: [PasswordFault] = []
    }

    /// What is wrong with a user name.
    public enum UsernameFault: Hashable, Sendable {
        /// It has a character that is not allowed.
        case invalid
        /// It belongs to somebody.
        case taken
        /// It has more than ``Username/lengthLimit`` characters.
        case tooLong
        /// It holds U+0000.
        case nullCharacter
    }

    /// What is wrong with an address.
    public enum EmailFault: Hashable, Sendable {
        /// It belongs to somebody.
        case taken
        /// It has more than ``EmailAddress/lengthLimit`` characters.
        case tooLong
        /// It holds U+0000.
        case nullCharacter
        /// It is no address.
        case invalid
    }

    /// A registration whose password is to be hashed.
    public struct Attempt: Sendable {
        /// The expensive part.
        public let work: PasswordWork
        fileprivate let username: Username
        fileprivate let email: EmailAddress
        fileprivate let customFields: [CustomFieldValue]
        /// Under which number it is counted, to be cancelled when nothing becomes of it; nil when there
        /// are no limits.
        public let count: UInt64?
    }

    /// What was registered.
    public struct Outcome: Sendable {
        /// The new account.
        public let user: UserID
        /// The name in NFKC.
        public let username: String
        /// The address with its domain in lower case.
        public let email: String
        /// The declared fields.
        public let customFields: [CustomFieldValue]
    }

    /// Why the first step ended without an attempt.
    public enum BeginError: Error, Sendable {
        /// The input.
        case refused(Refusal)
        /// Too many registrations came from one network.
        case throttled(Throttled)
        /// The store.
        case store(StoreError)
    }

    /// Judges the input; all faults of all fields are found together.
    public func begin(
        _ input: Input, store: some RegistrationStore, context: RequestContext
    ) throws(BeginError) -> Attempt {
        var refusal = Refusal()
        let username = input.username.flatMap(Username.init)
        if let typed = input.username {
            if username == nil, !typed.isEmpty { refusal.username = Self.faults(ofUsername: typed) }
        }
        let email = input.email.flatMap(EmailAddress.init)
        if email == nil, let typed = input.email { refusal.email = Self.faults(ofEmail: typed) }
        if let password = input.password {
            refusal.password = passwordRule.faults(
                of: password, username: input.username, email: input.email)
        }
        var conflicts: RegistrationConflicts
        do {
            conflicts = try store.registrationConflicts(username: username, email: email)
        } catch {
            throw .store(error)
        }
        if hidesTakenAddresses { conflicts.email = false }
        refusal.add(conflicts)
        guard refusal == Refusal(), let username, let email, let password = input.password,
            let customFields = input.customFields
        else { throw .refused(refusal) }
        return Attempt(
            work: .make(password), username: username, email: email, customFields: customFields,
            count: try count(store: store, context: context))
    }

    /// - Returns: Under which number; nil when there are no limits.
    private func count(
        store: some RegistrationStore, context: RequestContext
    ) throws(BeginError) -> UInt64? {
        guard limits.isEnabled else { return nil }
        let result: RegistrationCount
        do {
            result = try store.countRegistration(limits: limits, context: context)
        } catch {
            throw .store(error)
        }
        switch result {
        case .counted(let attempt): return attempt
        case .throttled(let throttled): throw .throttled(throttled)
        }
    }

    /// Writes the account.
    ///
    /// - Throws: A refusal when name or address were taken while the password was hashed.
    public func finish(
        _ attempt: Attempt, passwordHash: String, store: some RegistrationStore,
        context: RequestContext
    ) throws(BeginError) -> Outcome {
        let token = MailedToken.make(
            .verifyEmail, keys: tokenKeys, at: context.now, lifetime: linkLifetime,
            from: SystemRandom())
        let user = NewUser(
            username: attempt.username, email: attempt.email, passwordHash: passwordHash,
            customFields: attempt.customFields)
        let result: RegistrationResult
        do {
            result = try store.register(
                user, token: token, hidesTakenAddress: hidesTakenAddresses, context: context)
        } catch {
            throw .store(error)
        }
        switch result {
        case .conflicting(let conflicts):
            var refusal = Refusal()
            refusal.add(conflicts)
            throw .refused(refusal)
        case .registered(let id):
            return Outcome(
                user: id, username: user.username.text, email: user.email.text,
                customFields: user.customFields)
        }
    }

    /// What is wrong with a text that is no ``Username``.
    public static func faults(ofUsername typed: String) -> [UsernameFault] {
        var faults: [UsernameFault] = []
        let isTooLong = typed.unicodeScalars.count > Username.lengthLimit
        let hasNull = typed.unicodeScalars.contains("\0")
        // A long name of good characters has one fault; the first characters tell.
        let sample = String(String.UnicodeScalarView(typed.unicodeScalars.prefix(64)))
        if !isTooLong || hasNull || Username(sample) == nil { faults.append(.invalid) }
        if isTooLong { faults.append(.tooLong) }
        if hasNull { faults.append(.nullCharacter) }
        return faults
    }

    /// What is wrong with a text that is no ``EmailAddress``.
    public static func faults(ofEmail typed: String) -> [EmailFault] {
        var faults: [EmailFault] = []
        if typed.unicodeScalars.count > EmailAddress.lengthLimit { faults.append(.tooLong) }
        if typed.unicodeScalars.contains("\0") { faults.append(.nullCharacter) }
        faults.append(.invalid)
        return faults
    }
}

extension Registration.Refusal {
    mutating func add(_ conflicts: RegistrationConflicts) {
        if conflicts.username { username.append(.taken) }
        if conflicts.email { email.append(.taken) }
    }
}
