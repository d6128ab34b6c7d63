@testable import Auth
import AuthStore
import AuthTesting
import Cryptography
import MariaDB
import Testing

/// What `refreshFacts` said may be out of date when the successor is written.
@Suite("a refresh token that is spent while its sessions end")
struct RotationTests {
    private static let now = AdministrationWorkplace.now

    private static func isSpent(
        _ token: String, of user: UserID, in place: AdministrationWorkplace
    ) throws -> Bool {
        let later = now.advanced(seconds: 60)
        let claims = try TestTokens.issuer().check(token, as: .refresh, at: later)
        let isSpent = try place.store.requests.retire(
            claims, for: nil, user: user, context: RequestContext(now: later))
        let rows = try place.number("SELECT COUNT(*) FROM refresh_token_blacklist")
        #expect(rows == (isSpent ? 1 : 0))
        return isSpent
    }

    @Test("gets a successor when it is ours, unless they have ended", arguments: [false, true])
    func ours(hasEnded: Bool) throws {
        try AdministrationWorkplace.with { place in
            let user = try place.register("ada")
            let token = try TestTokens.issuer().issuePair(
                for: user, generation: 0, accessClaims: [], at: Self.now, from: SystemRandom()
            ).refresh
            if hasEnded { _ = try place.store.endSessions(of: user, context: place.context) }
            #expect(try Self.isSpent(token, of: user, in: place) == !hasEnded)
        }
    }

    /// Seconds are counted from the moment when they end.
    @Test(
        "gets a successor when it is of the replaced system, unless they have ended since it was issued",
        arguments: [(false, -10, true), (true, -10, false), (true, 0, false), (true, 10, true)]
            as [(Bool, Int64, Bool)])
    func foreign(hasEnded: Bool, issued: Int64, isSpent: Bool) throws {
        try AdministrationWorkplace.with { place in
            let user = try place.register("ada")
            if hasEnded { _ = try place.store.endSessions(of: user, context: place.context) }
            let moment = Self.now.unixSeconds + issued
            let token = try TestTokens.token(
                claims: #"{"token_type":"refresh","exp":4102444800,"iat":\#(moment),"#
                    + #""jti":"0123456789abcdef0123456789abcdef","user_id":\#(user.rawValue)}"#)
            #expect(try Self.isSpent(token, of: user, in: place) == isSpent)
        }
    }
}
