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

    /// The accounts by their numbers.
    public var accounts: [UserID: Account] = [:]
    /// The links, oldest first.
    public internal(set) var links: [Link] = []
    /// How logins ended, oldest first.
    public internal(set) var loginRecords: [LoginRecord] = []
    /// The keys of tokens that were ended.
    public var blacklist: Set<[UInt8]> = []
    /// The keys under which logins looked for accounts.
    public internal(set) var lookedUpNames: [String] = []
    /// How often passwords were reset or links asked for, whoever has the address.
    public internal(set) var resetRequests = 0
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

    func indexOfLink(_ purpose: OneTimePurpose, digest: [UInt8], at now: Instant) -> Int? {
        links.firstIndex {
            $0.token.purpose == purpose && $0.token.digest == digest && now < $0.token.expires
        }
    }
}
