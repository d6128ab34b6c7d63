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
        #expect(place.store.loginRecords.map(\.refusal) == [nil])
        #expect(place.store.loginRecords.map(\.user) == [user])
    }

    @Test("every refusal is recorded with its reason and costs as much work as a login")
    func refusals() throws {
        let place = try FeatureWorkplace()
        let active = try place.addUser("ada")
        let inactive = try place.addUser("bob", isActive: false)
        let unusable = place.store.add("eve", email: "eve@example.org", passwordHash: "!x")
        let broken = place.store.add("kim", email: "kim@example.org", passwordHash: "what?$1")
        let cases: [(String, String, UserID?, Login.Refusal)] = [
            ("ada", "wrong horse", active, .wrongPassword),
            ("nobody", "correct horse", nil, .noSuchUser),
            ("bob", "correct horse", inactive, .inactive),
            ("bob", "wrong horse", inactive, .inactive),
            ("eve", "correct horse", unusable, .unusablePassword),
            ("eve", "", unusable, .unusablePassword),
            ("kim", "correct horse", broken, .unusablePassword),
            ("\u{378}", "correct horse", nil, .noSuchUser),
        ]
        for (name, password, user, refusal) in cases {
            #expect(try place.refusal(name, password: password) == refusal, "\(name)")
            #expect(place.store.loginRecords.last?.refusal == refusal)
            #expect(place.store.loginRecords.last?.user == user)
            #expect(place.store.loginRecords.last?.setsLastLogin == false)
            #expect(place.store.loginRecords.last?.upgradedHash == nil)
        }
        #expect(place.store.lookedUpNames.count == cases.count)
    }

    @Test("who has no hash to compare with is compared with a decoy of the present parameters")
    func equalWork() throws {
        let place = try FeatureWorkplace()
        try place.addUser("bob", isActive: false)
        place.store.add("eve", email: "eve@example.org")
        let login = Login(issuer: place.issuer, triesTrimmedPassword: true, recordsLastLogin: false)
        func work(_ name: String) throws -> PasswordWork {
            try login.begin(username: name, password: Password("x"), store: place.store).work
        }
        for name in ["nobody", "eve"] {
            guard case .pretend = try work(name) else {
                Issue.record("\(name) is told by time")
                continue
            }
        }
        guard case .verify(_, _, let hash) = try work("bob") else {
            Issue.record("an inactive account is told by time")
            return
        }
        #expect(!hash.needsRehash(to: place.hasher.parameters))
        guard case .compared(false, nil) = try place.perform(.pretend(Password("x"))) else {
            Issue.record("a pretended comparison matched")
            return
        }
    }

    @Test("the exact password is tried first, the trimmed one only where the settings say so")
    func trimmed() throws {
        let place = try FeatureWorkplace()
        try place.addUser("ada", password: "correct horse")
        try place.addUser("bob", password: " correct horse ")
        let trims = Login(issuer: place.issuer, triesTrimmedPassword: true, recordsLastLogin: false)
        let exact = Login(
            issuer: place.issuer, triesTrimmedPassword: false, recordsLastLogin: false)
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
        #expect(place.store.loginRecords.last?.presentHash == old)
        _ = try place.logIn("ada", password: "correct horse \u{E9}")
        #expect(place.store.accounts[user]?.passwordHash == new)
        #expect(place.store.loginRecords.last?.upgradedHash == nil)
    }

    @Test("the last login is written only where the settings say so", arguments: [true, false])
    func lastLogin(records: Bool) throws {
        let place = try FeatureWorkplace()
        try place.addUser()
        let login = Login(
            issuer: place.issuer, triesTrimmedPassword: true, recordsLastLogin: records)
        _ = try place.logIn(with: login)
        #expect(place.store.loginRecords.last?.setsLastLogin == records)
    }

    @Test("no token is given when the store cannot record the login")
    func storeFails() throws {
        let place = try FeatureWorkplace()
        try place.addUser()
        let login = Login(issuer: place.issuer, triesTrimmedPassword: true, recordsLastLogin: true)
        let attempt = try login.begin(
            username: "ada", password: Password("correct horse"), store: place.store)
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
        #expect(throws: StoreError.self) {
            try login.begin(username: "ada", password: Password("x"), store: place.store)
        }
    }
}
