public import Auth

/// A store in memory that keeps the promises of the protocols, for one thread.
public final class MemoryStore {
    /// An account.
    public struct Account: Sendable {
        /// The name as it is shown.
        public var username: String
        /// The name as it is compared.
        public var usernameKey: String
        /// The address as it is shown.
        public var email: String
        /// The address as it is compared.
        public var emailKey: String
        /// The encoded hash of the password.
        public var passwordHash: String
        /// Whether the account may be used.
        public var isActive = false
        /// The session generation.
        public var generation: UInt32 = 0
        /// Foreign tokens issued up to here are refused.
        public var sessionsEndedAt: Instant?
        /// The declared fields.
        public var customFields: [CustomFieldValue] = []
    }

    /// A one-time token that is on its way to somebody.
    public struct Link: Sendable {
        /// Who gets it.
        public let user: UserID
        /// What the mail was made from.
        public let token: MailedToken
        /// Whether it was used or another took its place.
        public var isSpent = false
    }

    /// An attempt to log in or to register.
    public struct Attempt: Sendable {
        /// The number, from 1 in the order of the attempts.
        public let id: UInt64
        /// The compared form of the name; nil for a registration.
        public let usernameKey: String?
        /// Where it came from.
        public let network: ClientNetwork
        /// When.
        public let time: Instant
        /// Whether it was a login that was good.
        public var isGood = false
    }

    /// The accounts by their numbers.
    public var accounts: [UserID: Account] = [:]
    /// The links, oldest first.
    public internal(set) var links: [Link] = []
    /// The compared addresses whose owners got a notice.
    public internal(set) var notices: [String] = []
    /// The attempts to log in or to register, oldest first.
    public internal(set) var attempts: [Attempt] = []
    /// The logins that were good, oldest first.
    public internal(set) var successes: [LoginSuccess] = []
    /// The keys of tokens that were ended.
    public var blacklist: Set<[UInt8]> = []
    /// What took the place of tokens that were ended, by the keys of these.
    public internal(set) var successors: [[UInt8]: TokenSuccessor] = [:]
    /// Whose tokens were ended because a spent one was shown again, oldest first.
    public internal(set) var reuses: [UserID?] = []
    /// How often passwords were reset or links asked for, whoever has the address.
    public internal(set) var resetRequests = 0
    /// How long each piece of work was allowed to take, in microseconds.
    public internal(set) var timeLimits: [UInt64] = []
    /// What every call throws, while it is set.
    public var failure: StoreError?
    /// What happens between the look before and the writing, once.
    public var beforeWriting: ((MemoryStore) -> Void)?

    /// An empty store.
    public init() {}

    /// Adds an account.
    @discardableResult
    public func add(
        _ username: String, email: String, passwordHash: String = "!", isActive: Bool = true
    ) -> UserID {
        let user = UserID(UInt64(accounts.count + 1))
        accounts[user] = Account(
            username: username, usernameKey: Username.key(of: username) ?? username, email: email,
            emailKey: EmailAddress(email)?.key ?? email, passwordHash: passwordHash,
            isActive: isActive)
        return user
    }

    /// The secret of the last link of a purpose, as the mailer would write it.
    public func lastSecret(_ purpose: OneTimePurpose, keys: OneTimeTokenKeys) -> String? {
        guard let link = links.last(where: { $0.token.purpose == purpose }) else { return nil }
        return keys.token(id: link.token.id, purpose: purpose, digest: link.token.digest)?
            .revealForMail()
    }

    func failIfAsked() throws(StoreError) {
        if let failure { throw failure }
    }

    func runBeforeWriting() {
        let run = beforeWriting
        beforeWriting = nil
        run?(self)
    }

    /// Attempts of the last hour.
    func recent(_ context: RequestContext, where matches: (Attempt) -> Bool) -> [Attempt] {
        let start = context.now.advanced(seconds: -ThrottleLimits.window)
        return attempts.filter { $0.time > start && matches($0) }
    }

    func addAttempt(usernameKey: String?, context: RequestContext) -> UInt64 {
        let id = (attempts.last?.id ?? 0) + 1
        attempts.append(
            Attempt(
                id: id, usernameKey: usernameKey, network: ClientNetwork(context.remoteAddress),
                time: context.now))
        return id
    }

    func indexOfLink(_ purpose: OneTimePurpose, digest: [UInt8], at now: Instant) -> Int? {
        links.firstIndex {
            $0.token.purpose == purpose && $0.token.digest == digest && now < $0.token.expires
        }
    }
}
