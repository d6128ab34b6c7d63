import AuthTesting
import Testing

@testable import Auth

@Suite("an access token that is shown although none is needed")
struct BearerCheckTests {
    private func failure(_ field: String, in place: FeatureWorkplace) -> BearerCheck.Failure? {
        do throws(BearerCheck.Failure) {
            try BearerCheck(issuer: place.issuer).check(
                field, store: place.store, context: TestTokens.context())
            return nil
        } catch {
            return error
        }
    }

    @Test(
        "another scheme says nothing",
        arguments: ["", " ", "Basic YTpi", "bearer x", "BEARER x", "Token a b c", "Bearerx", "x"])
    func otherScheme(field: String) throws {
        #expect(failure(field, in: try FeatureWorkplace()) == nil)
    }

    @Test(
        "a field of other than two parts is malformed",
        arguments: ["Bearer", "Bearer ", " Bearer", "Bearer a b", "Bearer\ta\tb"])
    func parts(field: String) throws {
        guard case .malformedField = failure(field, in: try FeatureWorkplace()) else {
            Issue.record("\(field) was taken")
            return
        }
    }

    @Test("a good token of an active user is good, whatever blanks stand around it")
    func good() throws {
        let place = try FeatureWorkplace()
        try place.addUser()
        let access = try place.logIn().access
        for field in ["Bearer \(access)", "Bearer  \(access) ", "Bearer\t\(access)"] {
            #expect(failure(field, in: place) == nil)
        }
    }

    @Test("a bad token, and one of nobody, are refused each with its reason")
    func bad() throws {
        let place = try FeatureWorkplace()
        let user = try place.addUser()
        let pair = try place.logIn()
        func claims(_ member: String) throws -> String {
            try TestTokens.token(
                claims: #"{"token_type":"access","exp":4102444800,"jti":"a"\#(member)}"#)
        }
        guard case .token(.invalid) = failure("Bearer x", in: place) else {
            Issue.record("a broken token was taken")
            return
        }
        guard case .token(.wrongType) = failure("Bearer \(pair.refresh)", in: place) else {
            Issue.record("a refresh token was taken")
            return
        }
        guard case .noSubject = failure("Bearer \(try claims(""))", in: place) else {
            Issue.record("a token without a user was taken")
            return
        }
        for member in [#","user_id":"abc""#, #","user_id":99"#, #","user_id":null"#] {
            guard case .noSuchUser = failure("Bearer \(try claims(member))", in: place) else {
                Issue.record("a token of nobody was taken")
                continue
            }
        }
        place.store.accounts[user]?.isActive = false
        guard case .inactiveUser = failure("Bearer \(pair.access)", in: place) else {
            Issue.record("a token of an inactive user was taken")
            return
        }
        place.store.failure = StoreError(.unavailable, reason: "away")
        guard case .store = failure("Bearer \(pair.access)", in: place) else {
            Issue.record("the failure of the store was lost")
            return
        }
    }
}
