import Auth
import AuthTesting
import JSON
import Testing

@Suite("Looking at a token")
struct TokenInspectionTests {
    private static let oldKey = "an-older-key-of-the-tests-0123456789abcdef"

    private static func inspection() throws -> TokenInspection {
        TokenInspection(
            signers: [
                .init(name: "present", signer: try TestTokens.signer()),
                .init(name: "older", signer: try TestTokens.signer(keys: [oldKey])),
            ], settings: TokenSettings())
    }

    private static func claims(_ type: String, user: String? = "1", ends: Int64 = 60) -> String {
        let now = TestTokens.now.unixSeconds
        let subject = user.map { #","user_id":"\#($0)""# } ?? ""
        return #"{"token_type":"\#(type)","exp":\#(now + ends),"iat":\#(now - 60),"#
            + #""jti":"00000000000000000000000000000001"\#(subject)}"#
    }

    private static func inspect(
        _ token: String, _ change: (MemoryStore) -> Void = { _ in }
    ) throws -> TokenInspection.Report? {
        let store = MemoryStore()
        store.add("ada", email: "ada@example.org")
        change(store)
        return try inspection().inspect(token, store: store, at: TestTokens.now)
    }

    @Test("a good token says what it is and which key signed it", arguments: ["access", "refresh"])
    func good(_ type: String) throws {
        let token = try TestTokens.token(claims: Self.claims(type))
        let report = try #require(try Self.inspect(token))
        #expect(report.verdict == .good)
        #expect(report.key == "present")
        #expect(report.header["alg"] == .string("HS256"))
        #expect(report.claims["token_type"] == .string(type))
    }

    @Test("a key that is kept for a rotation is named")
    func olderKey() throws {
        let token = try TestTokens.token(claims: Self.claims("refresh"), key: Self.oldKey)
        #expect(try Self.inspect(token)?.key == "older")
    }

    @Test("a token of another key is shown and said to be signed by nobody we know")
    func foreign() throws {
        let token = try TestTokens.token(
            claims: Self.claims("refresh"), key: "some other key of at least 32 bytes")
        let report = try #require(try Self.inspect(token))
        #expect(report.verdict == .notSigned)
        #expect(report.key == nil)
        #expect(report.claims["user_id"] == .string("1"))
    }

    @Test(
        "a token is refused for what it says itself",
        arguments: [
            (claims("refresh", ends: 0), TokenFault.expired),
            (claims("access", ends: -9), .expired),
            (claims("sliding"), .wrongType), (#"{"exp":4000000000}"#, .noID),
            (#"{"exp":4000000000,"jti":"x"}"#, .noType), (#"{"jti":"x"}"#, .noExpiry),
            (#"{"exp":"soon"}"#, .invalid),
        ])
    func faults(_ claims: String, _ fault: TokenFault) throws {
        let token = try TestTokens.token(claims: claims)
        #expect(try Self.inspect(token)?.verdict == .token(fault))
    }

    @Test("a token is refused for what the database says")
    func refusals() throws {
        let refresh = try TestTokens.token(claims: Self.claims("refresh"))
        let access = try TestTokens.token(claims: Self.claims("access"))
        func verdict(
            _ token: String, _ change: (MemoryStore) -> Void
        ) throws -> TokenInspection.Verdict? {
            try Self.inspect(token, change)?.verdict
        }
        let one = UserID(1)
        let key = TokenID(text: "00000000000000000000000000000001").blacklistKey
        for token in [refresh, access] {
            #expect(try verdict(token) { $0.accounts = [:] } == .refused(.noSuchUser))
            #expect(
                try verdict(token) { $0.accounts[one]?.isActive = false } == .refused(.inactiveUser)
            )
        }
        #expect(
            try verdict(refresh) { $0.blacklist = [key] } == .refused(.token(.blacklisted)))
        #expect(
            try verdict(refresh) { $0.accounts[one]?.sessionsEndedAt = TestTokens.now }
                == .refused(.sessionEnded))
        // Nobody can withdraw an access token.
        #expect(try verdict(access) { $0.blacklist = [key] } == .good)
    }

    @Test("an access token that names nobody is refused, as the API refuses it")
    func noSubject() throws {
        let token = try TestTokens.token(claims: Self.claims("access", user: nil))
        #expect(try Self.inspect(token)?.verdict == .refused(.noSuchUser))
    }

    @Test(
        "a text that is no token is none",
        arguments: [
            "", "x", "a.b", "a.b.c", "a.b.c.d", "e30.e30", "e30.e30.x.y", "bnVsbA.e30.x",
            String(repeating: "a", count: 9000),
        ])
    func noToken(_ text: String) throws {
        #expect(try Self.inspect(text) == nil)
    }

    @Test("a database that is away is no verdict")
    func storeAway() throws {
        let token = try TestTokens.token(claims: Self.claims("refresh"))
        #expect(throws: StoreError.self) {
            try Self.inspect(token) { $0.failure = StoreError(.unavailable, reason: "away") }
        }
    }
}
