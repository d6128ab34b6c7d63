import AuthTesting
import Cryptography
import Testing

@testable import Auth

@Suite("login")
struct LoginTests {
    @Test("name and password give two tokens of the user and the generation")
    func tokens() throws {
        let place = try FeatureWorkplace()
        let user = try place.addUser()
        place.store.accounts[user]?.generation = 5
        let pair = try place.logIn("ADA")
        for (token, type) in [(pair.refresh, TokenType.refresh), (pair.access, .access)] {
            let claims = try place.issuer.check(token, as: type, at: TestTokens.now)
            #expect(claims.subject == .user(user))
            #expect(claims.id.generation == 5)
        }
        #expect(place.store.successes.map(\.user) == [user])
        #expect(place.store.attempts.map(\.isGood) == [true])
    }

    @Test("every refusal has its reason, and was written down as failed before")
    func refusals() throws {
        let place = try FeatureWorkplace()
        try place.addUser("ada")
        try place.addUser("bob", isActive: false)
        place.store.add("eve", email: "eve@example.org", passwordHash: "!x")
        place.store.add("kim", email: "kim@example.org", passwordHash: "what?$1")
        let cases: [(String, String, Login.Refusal)] = [
            ("ada", "wrong horse", .wrongPassword), ("nobody", "correct horse", .noSuchUser),
            ("bob", "correct horse", .inactive), ("bob", "wrong horse", .inactive),
            ("eve", "correct horse", .unusablePassword), ("eve", "", .unusablePassword),
            ("kim", "correct horse", .unusablePassword),
            ("\u{378}", "correct horse", .noSuchUser),
        ]
        for (name, password, refusal) in cases {
            #expect(try place.refusal(name, password: password) == refusal, "\(name)")
        }
        #expect(place.store.attempts.map(\.isGood) == cases.map { _ in false })
        #expect(place.store.successes.isEmpty)
    }

    @Test("outer spaces of a password cost everybody a second comparison")
    func equalWorkWithSpaces() throws {
        let place = try FeatureWorkplace()
        place.store.add("eve", email: "eve@example.org")
        for name in ["nobody", "eve"] {
            let attempt = try place.login().begin(
                username: name, password: Password(" x "), store: place.store,
                context: TestTokens.context())
            guard case .pretend(_, let alternative?, nil) = attempt.work else {
                Issue.record("\(name) is told by time")
                continue
            }
            #expect(alternative.text == "x")
        }
    }

    @Test("who has no hash to compare with is compared with a decoy of the present parameters")
    func equalWork() throws {
        let place = try FeatureWorkplace()
        try place.addUser("bob", isActive: false)
        place.store.add("eve", email: "eve@example.org")
        func work(_ name: String) throws -> PasswordWork {
            try place.login().begin(
                username: name, password: Password("x"), store: place.store,
                context: TestTokens.context()
            ).work
        }
        for name in ["nobody", "eve"] {
            guard case .pretend = try work(name) else {
                Issue.record("\(name) is told by time")
                continue
            }
        }
        guard case .pretend(_, _, let hash?) = try work("bob") else {
            Issue.record("an inactive account is told by time")
            return
        }
        #expect(!hash.needsRehash(to: place.hasher.parameters))
        guard
            case .compared(false, nil) = try place.perform(
                .pretend(Password("x"), alternative: nil, like: nil))
        else {
            Issue.record("a pretended comparison matched")
            return
        }
    }

    @Test("the exact password is tried first, the trimmed one only where the settings say so")
    func trimmed() throws {
        let place = try FeatureWorkplace()
        try place.addUser("ada", password: "correct horse")
        try place.addUser("bob", password: " correct horse ")
        let trims = place.login(triesTrimmed: true)
        let exact = place.login(triesTrimmed: false)
        _ = try place.logIn("ada", password: " correct horse\n", with: trims)
        _ = try place.logIn("bob", password: " correct horse ", with: trims)
        _ = try place.logIn("bob", password: " correct horse ", with: exact)
        #expect(throws: Login.FinishError.self) {
            try place.logIn("ada", password: " correct horse\n", with: exact)
        }
        #expect(throws: Login.FinishError.self) {
            try place.logIn("bob", password: "correct horse", with: trims)
        }
    }

    @Test("a hash of other form or cost is made anew from the password that matched")
    func upgrade() throws {
        let place = try FeatureWorkplace()
        let old = "md5$abcdefghijklmnopqrstuv$97e600b50d33d14454eeb26ede5bb204"
        let user = place.store.add("ada", email: "ada@example.org", passwordHash: old)
        _ = try place.logIn("ada", password: " correct horse \u{E9} ")
        let new = try #require(place.store.accounts[user]?.passwordHash)
        #expect(new.hasPrefix("argon2$argon2id$v=19$m=8,t=1,p=1$"))
        #expect(place.store.successes.last?.presentHash == old)
        _ = try place.logIn("ada", password: "correct horse \u{E9}")
        #expect(place.store.accounts[user]?.passwordHash == new)
        #expect(place.store.successes.last?.upgradedHash == nil)
    }

    @Test("the last login is written only where the settings say so", arguments: [true, false])
    func lastLogin(records: Bool) throws {
        let place = try FeatureWorkplace()
        try place.addUser()
        let login = place.login(recordsLastLogin: records)
        _ = try place.logIn(with: login)
        #expect(place.store.successes.last?.setsLastLogin == records)
    }

    @Test("no token is given when the store cannot record the login")
    func storeFails() throws {
        let place = try FeatureWorkplace()
        try place.addUser()
        let login = place.login(recordsLastLogin: true)
        let attempt = try login.begin(
            username: "ada", password: Password("correct horse"), store: place.store,
            context: TestTokens.context())
        place.store.failure = StoreError(.unavailable, reason: "away")
        let error = try #require(throws: Login.FinishError.self) {
            try login.finish(
                attempt, matches: true, upgradedHash: nil, store: place.store,
                context: TestTokens.context())
        }
        guard case .store = error else {
            Issue.record("\(error)")
            return
        }
        let beginError = try #require(throws: Login.BeginError.self) {
            try login.begin(
                username: "ada", password: Password("x"), store: place.store,
                context: TestTokens.context())
        }
        guard case .store = beginError else { throw beginError }
    }

    @Test("too many failures are told before any password is compared")
    func throttled() throws {
        var place = try FeatureWorkplace()
        place.limits.loginFailuresPerAccount = 3
        try place.addUser()
        for _ in 0..<3 {
            #expect(try place.refusal("ada", password: "wrong horse") == .wrongPassword)
        }
        let error = try #require(throws: Login.BeginError.self) { try place.logIn() }
        guard case .throttled(let throttled) = error else { throw error }
        #expect(throttled.retryAfter == 3600)
        _ = try place.logIn(at: TestTokens.now.advanced(seconds: 3600))
        place.limits.isEnabled = false
        _ = try place.logIn()
    }

    @Test("a device that has logged in before has tries left when all others have used up theirs")
    func knownDevice() throws {
        var place = try FeatureWorkplace()
        place.deviceTokens = DeviceTokens([try HMACKey(Array("devices".utf8))])
        try place.addUser()
        let attempt = try place.login().begin(
            username: "Ada", password: Password("correct horse"), store: place.store,
            context: TestTokens.context())
        let proof = place.login().deviceToken(after: attempt, context: TestTokens.context())
        // That the network is known is of no use, and an attempt that was begun and not ended has failed.
        _ = try place.logIn()
        for _ in 0..<49 {
            #expect(try place.refusal("ada", password: "wrong horse") == .wrongPassword)
        }
        for stranger in [nil, "", "x"] as [String?] {
            #expect(throws: Login.BeginError.self) { try place.logIn(deviceToken: stranger) }
        }
        _ = try place.logIn(deviceToken: proof)
        for _ in 0..<50 {
            #expect(throws: Login.FinishError.self) {
                try place.logIn(password: "wrong horse", deviceToken: proof)
            }
        }
        #expect(throws: Login.BeginError.self) { try place.logIn(deviceToken: proof) }
        place.deviceTokens = nil
        #expect(place.login().deviceToken(after: attempt, context: TestTokens.context()) == nil)
    }

    @Test(
        "an attempt whose owner was told nothing counts only when its password was found wrong",
        arguments: [(nil, 0), (true, 0), (false, 1)])
    func settledLate(matches: Bool?, count: Int) throws {
        let place = try FeatureWorkplace()
        try place.addUser()
        let login = place.login()
        let attempt = try login.begin(
            username: "ada", password: Password("x"), store: place.store,
            context: TestTokens.context())
        #expect(place.store.attempts.count == 1)
        login.settleLate(
            attempt.mark, after: matches.map { .compared(matches: $0, upgraded: nil) },
            store: place.store, context: TestTokens.context())
        #expect(place.store.attempts.count == count)
    }

    @Test("of those that were found wrong no more count than the limit says")
    func settledLateBeyondTheLimit() throws {
        var place = try FeatureWorkplace()
        try place.addUser()
        let attempts = try (0..<5).map { _ in
            try place.login().begin(
                username: "ada", password: Password("x"), store: place.store,
                context: TestTokens.context())
        }
        place.limits.loginFailuresPerAccount = 2
        for attempt in attempts {
            place.login().settleLate(
                attempt.mark, after: .compared(matches: false, upgraded: nil), store: place.store,
                context: TestTokens.context())
        }
        #expect(place.store.attempts.count == 2)
    }

    @Test(
        "of logins that begin at once no more fail than the limit lets through, and none succeeds")
    func atOnce() throws {
        var place = try FeatureWorkplace()
        try place.addUser()
        place.limits.isEnabled = false
        func begin(_ password: String) throws -> Login.Attempt {
            try place.login().begin(
                username: "ada", password: Password(password), store: place.store,
                context: TestTokens.context())
        }
        // They did not see each other when they began.
        var attempts = try (0..<9).map { _ in try begin("wrong horse") }
        attempts.append(try begin("correct horse"))
        place.limits.isEnabled = true
        place.limits.loginFailuresPerAccount = 3
        var (refused, throttled) = (0, 0)
        for attempt in attempts.reversed() {
            do {
                guard case .compared(let matches, _) = try place.perform(attempt.work) else {
                    return
                }
                _ = try place.login().finish(
                    attempt, matches: matches, upgradedHash: nil, store: place.store,
                    context: TestTokens.context())
                Issue.record("the right password was found among too many")
            } catch let error as Login.FinishError {
                switch error {
                case .refused: refused += 1
                case .throttled: throttled += 1
                case .store: throw error
                }
            }
        }
        #expect((refused, throttled) == (3, 7))
        #expect(place.store.attempts.count == 3 && place.store.successes.isEmpty)
    }

    @Test("the right password of an account that is not active is not even compared")
    func inactiveIsNotCompared() throws {
        let place = try FeatureWorkplace()
        try place.addUser("bob", isActive: false)
        let attempt = try place.login().begin(
            username: "bob", password: Password("correct horse"), store: place.store,
            context: TestTokens.context())
        guard case .compared(matches: false, upgraded: nil) = try place.perform(attempt.work) else {
            Issue.record("it matched")
            return
        }
    }
}
