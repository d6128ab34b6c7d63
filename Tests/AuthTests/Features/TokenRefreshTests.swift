import AuthTesting
import Testing

@testable import Auth

@Suite("refresh and logout")
struct TokenRefreshTests {
    private func refresh(
        _ token: String, in place: FeatureWorkplace, at now: Instant = TestTokens.now
    ) throws -> TokenRefresh.Outcome {
        try TokenRefresh(issuer: place.issuer).refresh(
            token, store: place.store, context: TestTokens.context(at: now))
    }

    private func refusal(_ token: String, in place: FeatureWorkplace) throws -> RefreshRefusal {
        let error = try #require(throws: TokenRefresh.Failure.self) {
            try refresh(token, in: place)
        }
        guard case .refused(let refusal, _) = error else { throw error }
        return refusal
    }

    private func logOut(_ token: String, in place: FeatureWorkplace) throws {
        try Logout(issuer: place.issuer).logOut(
            token, store: place.store, context: TestTokens.context())
    }

    private func logoutFault(_ token: String, in place: FeatureWorkplace) throws -> TokenFault {
        let error = try #require(throws: Logout.Failure.self) { try logOut(token, in: place) }
        guard case .refused(let fault, _) = error else { throw error }
        return fault
    }

    @Test("a refresh token gives access tokens of its user, again and again")
    func again() throws {
        let place = try FeatureWorkplace()
        let user = try place.addUser()
        let pair = try place.logIn()
        for _ in 0..<3 {
            let outcome = try refresh(pair.refresh, in: place)
            #expect(outcome.refresh == nil)
            let claims = try place.issuer.check(outcome.access, as: .access, at: TestTokens.now)
            #expect(claims.subject == .user(user))
        }
        #expect(place.store.blacklist.isEmpty)
    }

    @Test("declared fields come into the new token with their present value")
    func declaredFields() throws {
        let place = try FeatureWorkplace()
        let user = try place.addUser()
        let pair = try place.logIn()
        let field = CustomField(
            name: "plan", kind: .boolean, isRequired: false, isSetAtRegistration: true,
            isInAccessToken: true)
        place.store.accounts[user]?.customFields = [.init(field: field, value: .boolean(true))]
        let outcome = try refresh(pair.refresh, in: place)
        #expect(TestTokens.payload(of: outcome.access).hasSuffix(#","plan":true}"#))
    }

    @Test("with rotation a token is good once, and its successor goes on")
    func rotation() throws {
        let place = try FeatureWorkplace { $0.rotatesRefreshTokens = true }
        try place.addUser()
        var token = try place.logIn().refresh
        for _ in 0..<3 {
            let outcome = try refresh(token, in: place)
            #expect(try refusal(token, in: place) == .token(.blacklisted))
            token = try #require(outcome.refresh)
        }
        #expect(place.store.blacklist.count == 3)
    }

    @Test("of two that use a token at once one gets the successor")
    func rotationRace() throws {
        let place = try FeatureWorkplace { $0.rotatesRefreshTokens = true }
        try place.addUser()
        let token = try place.logIn().refresh
        let key = try place.issuer.check(token, as: .refresh, at: TestTokens.now).id.blacklistKey
        place.store.beforeWriting = { $0.blacklist.insert(key) }
        #expect(try refusal(token, in: place) == .token(.blacklisted))
    }

    @Test("after logout the token is refused everywhere; other sessions go on")
    func logout() throws {
        let place = try FeatureWorkplace()
        try place.addUser()
        let (first, second) = (try place.logIn().refresh, try place.logIn().refresh)
        try logOut(first, in: place)
        #expect(try refusal(first, in: place) == .token(.blacklisted))
        #expect(try logoutFault(first, in: place) == .blacklisted)
        _ = try refresh(second, in: place)
    }

    @Test("a token that is broken, expired or for another purpose is refused by both")
    func bad() throws {
        let place = try FeatureWorkplace()
        try place.addUser()
        let pair = try place.logIn()
        let old = try place.logIn(at: TestTokens.now.advanced(seconds: -86400)).refresh
        let cases: [(String, TokenFault)] = [
            ("", .invalid), ("x.y.z", .invalid), (pair.refresh + "A", .invalid),
            (pair.access, .wrongType), (old, .expired),
            (
                try TestTokens.token(claims: #"{"token_type":"refresh","exp":4102444800}"#),
                .noID
            ),
        ]
        for (token, fault) in cases {
            #expect(try refusal(token, in: place) == .token(fault))
            #expect(try logoutFault(token, in: place) == fault)
        }
        #expect(place.store.blacklist.isEmpty)
    }

    @Test("an inactive and a deleted user get no token, and can still log out")
    func users() throws {
        let place = try FeatureWorkplace()
        let user = try place.addUser()
        let (first, second) = (try place.logIn().refresh, try place.logIn().refresh)
        place.store.accounts[user]?.isActive = false
        #expect(try refusal(first, in: place) == .inactiveUser)
        try logOut(first, in: place)
        place.store.accounts[user] = nil
        #expect(try refusal(second, in: place) == .noSuchUser)
        try logOut(second, in: place)
    }

    @Test("a token of another system, with any name, can be ended")
    func foreign() throws {
        let place = try FeatureWorkplace()
        try place.addUser()
        for name in ["0123456789abcdef0123456789abcdef", "x", String(repeating: "n", count: 300)] {
            let token = try TestTokens.token(
                claims: #"{"token_type":"refresh","exp":4102444800,"iat":1,"jti":"\#(name)","#
                    + #""user_id":1}"#)
            _ = try refresh(token, in: place)
            try logOut(token, in: place)
            #expect(try refusal(token, in: place) == .token(.blacklisted))
        }
    }

    @Test("no token is given or ended when the store fails")
    func storeFails() throws {
        let place = try FeatureWorkplace { $0.rotatesRefreshTokens = true }
        try place.addUser()
        let token = try place.logIn().refresh
        place.store.failure = StoreError(.unavailable, reason: "away")
        let refreshError = try #require(throws: TokenRefresh.Failure.self) {
            try refresh(token, in: place)
        }
        guard case .store = refreshError else { throw refreshError }
        let logoutError = try #require(throws: Logout.Failure.self) { try logOut(token, in: place) }
        guard case .store = logoutError else { throw logoutError }
        place.store.failure = nil
        _ = try refresh(token, in: place)
    }
}
