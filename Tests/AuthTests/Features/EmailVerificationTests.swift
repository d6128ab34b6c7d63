import Testing

@testable import Auth
@testable import AuthTesting

@Suite("verification of an address with the password")
struct EmailVerificationTests {
    private enum Verdict: Equatable {
        case verified, link, password, throttled
    }

    /// How many attempts count as logins.
    private func logins(_ place: FeatureWorkplace) -> Int {
        place.store.attempts.count { $0.usernameKey != nil }
    }

    /// Registers `ada`, whose password is `correct horse`.
    private func registered(_ place: FeatureWorkplace) throws -> String {
        let attempt = try place.registration.begin(
            .init(
                username: "ada", email: "ada@example.org", password: Password("correct horse"),
                customFields: []), store: place.store, context: TestTokens.context())
        _ = try place.registration.finish(
            attempt, passwordHash: try place.hash(of: "correct horse"), store: place.store,
            context: TestTokens.context())
        return try #require(place.store.lastSecret(.verifyEmail, keys: place.keys))
    }

    private func verify(
        _ token: String, _ password: String = "correct horse", in place: FeatureWorkplace,
        after seconds: Int64 = 0, meanwhile: () throws -> Void = {}
    ) throws -> Verdict {
        let context = TestTokens.context(at: TestTokens.now.advanced(seconds: seconds))
        do {
            let attempt = try place.verification.begin(
                token: token, password: Password(password), store: place.store, context: context)
            guard case .compared(let matches, _) = try place.perform(attempt.work) else {
                throw TokenFault.invalid
            }
            try meanwhile()
            _ = try place.verification.finish(
                attempt, matches: matches, store: place.store, context: context)
            return .verified
        } catch let error as EmailVerification.Failure {
            switch error {
            case .link: return .link
            case .password: return .password
            case .throttled: return .throttled
            case .store: throw error
            }
        }
    }

    @Test("link and password open the account, again and again, and leave no attempt behind")
    func both() throws {
        let place = try FeatureWorkplace()
        let secret = try registered(place)
        for _ in 0..<3 { #expect(try verify(secret, in: place) == .verified) }
        #expect(logins(place) == 0 && place.store.successes.isEmpty)
        #expect(try place.refusal("ada", password: "correct horse") == nil)
    }

    @Test("neither the link alone nor the password alone opens it, and the link stays good")
    func one() throws {
        let place = try FeatureWorkplace()
        let secret = try registered(place)
        #expect(try verify(secret, "battery staple", in: place) == .password)
        #expect(try verify(secret, "", in: place) == .password)
        for wrong in ["", "x", String(secret.reversed()), secret + "A"] {
            #expect(try verify(wrong, in: place) == .link)
        }
        #expect(try place.refusal("ada", password: "correct horse") == .inactive)
        #expect(try verify(secret, in: place, after: place.linkLifetime) == .link)
        #expect(try verify(secret, in: place) == .verified)
    }

    @Test("a wrong password counts as a failed login, and a failed login against it")
    func counted() throws {
        var place = try FeatureWorkplace()
        place.limits.loginFailuresPerAccount = 4
        place.linkLifetime = 2 * ThrottleLimits.window
        let secret = try registered(place)
        for _ in 0..<2 { #expect(try verify(secret, "wrong horse", in: place) == .password) }
        for _ in 0..<2 { #expect(try place.refusal("ada", password: "x") == .inactive) }
        #expect(try verify(secret, in: place) == .throttled)
        #expect(throws: Login.BeginError.self) { try place.logIn("ada") }
        #expect(logins(place) == 4)
        // The window slides: the link is good again when those are an hour old.
        #expect(try verify(secret, in: place, after: ThrottleLimits.window + 1) == .verified)
    }

    @Test("of many that are judged at once no more are told than the limit says, right ones too")
    func atOnce() throws {
        var place = try FeatureWorkplace()
        place.limits.loginFailuresPerAccount = 1
        let secret = try registered(place)
        let verdict = try verify(secret, in: place) {
            _ = place.store.addAttempt(usernameKey: "ada", context: TestTokens.context())
        }
        #expect(verdict == .throttled)
        #expect(place.store.accounts.values.map(\.isActive) == [false])
    }

    @Test("an attempt whose password was never compared is taken back")
    func cancelled() throws {
        let place = try FeatureWorkplace()
        let attempt = try place.verification.begin(
            token: try registered(place), password: Password("x"), store: place.store,
            context: TestTokens.context())
        #expect(logins(place) == 1)
        place.verification.settleLate(
            attempt.mark, after: nil, store: place.store, context: TestTokens.context())
        #expect(logins(place) == 0)
    }

    @Test("an attempt at an account without a password never counts")
    func cancelledWithoutPassword() throws {
        let place = try FeatureWorkplace()
        let secret = try registered(place)
        let user = try #require(place.store.accounts.keys.first)
        place.store.accounts[user]?.passwordHash = "!"
        let attempt = try place.verification.begin(
            token: secret, password: Password("x"), store: place.store,
            context: TestTokens.context())
        place.verification.settleLate(
            attempt.mark, after: .compared(matches: false, upgraded: nil), store: place.store,
            context: TestTokens.context())
        #expect(logins(place) == 0)
    }

    @Test("an account that an administrator made without a password has none that could be wrong")
    func withoutPassword() throws {
        let place = try FeatureWorkplace()
        let secret = try registered(place)
        let user = try #require(place.store.accounts.keys.first)
        place.store.accounts[user]?.passwordHash = "what?$1"
        #expect(try verify(secret, in: place) == .password)
        place.store.accounts[user]?.passwordHash = "!x"
        #expect(try verify(secret, "anything", in: place) == .verified)
    }
}
