import Auth
import AuthTesting
import Testing

@Suite("An account that an administrator makes")
struct AccountCreationTests {
    private static func creation() throws -> AccountCreation {
        let common = try #require(CommonPasswordList(contentsOf: Array("password1\n".utf8)))
        return AccountCreation(
            passwordRule: PasswordRule(policy: PasswordPolicy(), commonPasswords: common),
            links: VerificationLinks(tokenKeys: try TestTokens.oneTimeKeys(), lifetime: 60))
    }

    private static func begin(
        _ username: String, _ email: String, _ password: String?, store: MemoryStore = MemoryStore()
    ) throws -> AccountCreation.Attempt {
        try creation().begin(
            AccountCreation.Input(
                username: username, email: email, password: password.map { Password($0) },
                customFields: []), store: store)
    }

    @Test("name and address are kept as registration keeps them")
    func forms() throws {
        let attempt = try Self.begin("Ａda", "Ada@Example.ORG", "correct horse battery")
        let user = try Self.creation().user(attempt, passwordHash: "argon2$…")
        #expect(user.username.text == "Ada")
        #expect(user.email.text == "Ada@example.org")
        #expect(user.passwordHash == "argon2$…")
    }

    @Test("an account without a password has one that nothing matches, each another")
    func noPassword() throws {
        let attempt = try Self.begin("ada", "ada@example.org", nil)
        #expect(attempt.work == nil)
        let hashes = try (0..<2).map { _ in
            try Self.creation().user(attempt, passwordHash: nil).passwordHash
        }
        #expect(hashes.allSatisfy { PasswordForm(encoded: $0) == .unusable })
        #expect(Set(hashes).count == 2)
    }

    @Test("all faults are found together")
    func faults() throws {
        let store = MemoryStore()
        store.add("ada", email: "ada@example.org")
        func refusal(
            _ username: String, _ email: String, _ password: String
        ) throws -> Registration.Refusal? {
            let creation = try Self.creation()
            do throws(AccountCreation.Failure) {
                _ = try creation.begin(
                    AccountCreation.Input(
                        username: username, email: email, password: Password(password),
                        customFields: []), store: store)
                return nil
            } catch {
                guard case .refused(let refusal) = error else { return nil }
                return refusal
            }
        }
        let bad = try #require(try refusal("a b", "nobody", "password1"))
        #expect(bad.username == [.invalid])
        #expect(bad.email == [.invalid])
        #expect(bad.password == [.tooCommon])
        let taken = try #require(try refusal("ADA", "ADA@example.org", "correct horse battery"))
        #expect(taken.username == [.taken])
        #expect(taken.email == [.taken])
        let similar = try #require(try refusal("horsebattery", "x@example.org", "horsebattery"))
        #expect(similar.password == [.tooSimilar(.username)])
        let empty = try #require(try refusal("", "", "correct horse battery"))
        #expect(!empty.username.isEmpty)
        #expect(!empty.email.isEmpty)
    }

    @Test("the link of its mail is good for the time that the settings say")
    func link() throws {
        let token = try Self.creation().verification(at: TestTokens.now)
        #expect(token.purpose == .verifyEmail)
        #expect(token.expires == TestTokens.now.advanced(seconds: 60))
    }
}
