import AuthTesting
import Cryptography
import Testing

@testable import Auth

/// The features as the program builds them, with hashing that is cheap and a store in memory.
struct FeatureWorkplace {
    let store = MemoryStore()
    let issuer: TokenIssuer
    let keys: OneTimeTokenKeys
    let rule: PasswordRule
    let hasher: PasswordHasher
    var limits = ThrottleLimits()
    var deviceTokens: DeviceTokens?
    var hidesTakenAddresses = false
    var sendsNotice = true
    /// How long the links of ``registration`` and ``reset`` are good, in seconds.
    var linkLifetime: Int64 = 600

    init(_ change: (inout TokenSettings) -> Void = { _ in }) throws {
        issuer = try TestTokens.issuer(change)
        keys = try TestTokens.oneTimeKeys()
        rule = PasswordRule(
            policy: PasswordPolicy(),
            commonPasswords: try #require(
                CommonPasswordList(contentsOf: Array("password1\n".utf8))))
        hasher = PasswordHasher(
            parameters: try #require(
                Argon2Parameters(memoryKiB: 8, iterations: 1, parallelism: 1)),
            upgradesHashes: true)
    }

    var registration: Registration {
        Registration(
            passwordRule: rule, tokenKeys: keys, limits: limits, linkLifetime: linkLifetime,
            hidesTakenAddresses: hidesTakenAddresses)
    }

    var verification: EmailVerification {
        EmailVerification(asksPassword: true, login: login())
    }

    var reset: PasswordReset {
        PasswordReset(
            passwordRule: rule, tokenKeys: keys, limits: limits, linkLifetime: linkLifetime,
            sendsNotice: sendsNotice)
    }

    func login(triesTrimmed: Bool = true, recordsLastLogin: Bool = false) -> Login {
        Login(
            issuer: issuer, limits: limits, deviceTokens: deviceTokens,
            triesTrimmedPassword: triesTrimmed, recordsLastLogin: recordsLastLogin)
    }

    func perform(_ work: PasswordWork) throws -> PasswordWorkResult {
        try hasher.perform(work, in: HashingWorkspace(keptMemoryKiB: 8))
    }

    func hash(of password: String) throws -> String {
        guard case .made(let hash) = try perform(.make(Password(password))) else {
            throw TokenFault.invalid
        }
        return hash
    }

    /// Adds an active account with a password.
    @discardableResult
    func addUser(
        _ name: String = "ada", password: String = "correct horse", isActive: Bool = true
    ) throws -> UserID {
        store.add(
            name, email: "\(name)@example.org", passwordHash: try hash(of: password),
            isActive: isActive)
    }

    /// Logs in with both steps, and the hashing between them.
    func logIn(
        _ name: String = "ada", password: String = "correct horse", with login: Login? = nil,
        deviceToken: String? = nil, at now: Instant = TestTokens.now
    ) throws -> TokenIssuer.Pair {
        let login = login ?? self.login()
        let attempt = try login.begin(
            username: name, password: Password(password), deviceToken: deviceToken, store: store,
            context: TestTokens.context(at: now))
        guard case .compared(let matches, let upgraded) = try perform(attempt.work) else {
            throw TokenFault.invalid
        }
        return try login.finish(
            attempt, matches: matches, upgradedHash: upgraded, store: store,
            context: TestTokens.context(at: now))
    }

    /// Why a login is refused; nil when it is not.
    func refusal(_ name: String, password: String) throws -> Login.Refusal? {
        do {
            _ = try logIn(name, password: password)
            return nil
        } catch let error as Login.FinishError {
            guard case .refused(let refusal) = error else { throw error }
            return refusal
        }
    }
}
