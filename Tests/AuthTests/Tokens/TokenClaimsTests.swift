import AuthTesting
import JSON
import Testing

@testable import Auth

@Suite("claims of tokens (RFC 7519 §4.1)")
struct TokenClaimsTests {
    /// Judges claims at second 1000; `members` replace or add to good ones.
    private func fault(
        _ members: String, without removed: [String] = [],
        _ change: (inout TokenSettings) -> Void = { _ in }
    ) -> TokenFault? {
        var claims = TestTokens.object(
            #"{"token_type":"refresh","exp":2000,"iat":900,"jti":"a","user_id":"7"}"#)
        for member in TestTokens.object("{\(members)}").members {
            claims[member.name] = member.value
        }
        for name in removed { claims[name] = nil }
        var settings = TokenSettings()
        change(&settings)
        do {
            _ = try TokenClaims(
                judging: claims, as: .refresh, at: Instant(unixMicroseconds: 1_000_999_999),
                settings: settings)
            return nil
        } catch {
            return error
        }
    }

    @Test(
        "times are judged to the second, at their borders",
        arguments: [
            (#""exp":1000"#, .expired), (#""exp":1001"#, nil), (#""exp":999"#, .expired),
            (#""exp":0"#, .expired), (#""exp":-1"#, .expired), (#""exp":1000.9"#, .expired),
            (#""exp":1001.5"#, nil), (#""exp":2e3"#, nil), (#""iat":1000"#, nil),
            (#""iat":1001"#, .invalid), (#""iat":1000.9"#, nil), (#""iat":-5"#, nil),
            (#""nbf":1000"#, nil), (#""nbf":1001"#, .invalid), (#""nbf":1"#, nil),
        ] as [(String, TokenFault?)])
    func borders(members: String, expected: TokenFault?) {
        #expect(fault(members) == expected)
    }

    @Test(
        "a leeway moves the borders in favour of the token",
        arguments: [
            (#""exp":991"#, nil), (#""exp":990"#, .expired), (#""iat":1010"#, nil),
            (#""iat":1011"#, .invalid), (#""nbf":1010"#, nil), (#""nbf":1011"#, .invalid),
        ] as [(String, TokenFault?)])
    func leeway(members: String, expected: TokenFault?) {
        #expect(fault(members) { $0.leeway = 10 } == expected)
    }

    @Test(
        "times that are no numbers, or beyond every calendar, are invalid",
        arguments: ["exp", "iat", "nbf"],
        [
            "\"2000\"", "true", "null", "[2000]", "{}", "1e400", "-1e400", "1e300",
            "9223372036854775807", "-9223372036854775808", "9223372036854775808",
            "9007199254740992", "99999999999999999999999999",
        ])
    func oddTimes(name: String, value: String) {
        #expect(fault("\"\(name)\":\(value)") == .invalid)
    }

    @Test("the largest time that is taken is far enough")
    func largestTime() {
        #expect(fault(#""exp":9007199254740991"#) == nil)
        #expect(fault(#""exp":253402300799"#) == nil)
    }

    @Test(
        "what is missing or for another purpose is named",
        arguments: [
            ("", ["exp"], .noExpiry), ("", ["jti"], .noID), ("", ["token_type"], .noType),
            (#""token_type":"access""#, [], .wrongType),
            (#""token_type":"Refresh""#, [], .wrongType),
            (#""token_type":"""#, [], .wrongType), (#""token_type":null"#, [], .wrongType),
            (#""token_type":1"#, [], .wrongType), (#""token_type":["refresh"]"#, [], .wrongType),
            ("", ["iat"], nil), ("", ["user_id"], nil), ("", ["exp", "jti"], .noExpiry),
            (#""exp":1000"#, ["jti", "token_type"], .expired),
        ] as [(String, [String], TokenFault?)])
    func missing(members: String, removed: [String], expected: TokenFault?) {
        #expect(fault(members, without: removed) == expected)
    }

    @Test(
        "names that are no text are invalid",
        arguments: ["jti", "sub"], ["1", "null", "true", "[]", "{}"])
    func oddNames(name: String, value: String) {
        #expect(fault("\"\(name)\":\(value)") == .invalid)
    }

    @Test("issuer and audience are judged only when they are set")
    func partiesUnset() {
        #expect(fault(#""iss":"x","aud":["y"]"#) == nil)
        #expect(fault(#""iss":7,"aud":null"#) == nil)
    }

    @Test(
        "the issuer must be the one that is set",
        arguments: [
            (#""iss":"us""#, true), (#""iss":"other""#, false), ("", false),
            (#""iss":["us"]"#, false),
            (#""iss":null"#, false),
        ])
    func issuer(members: String, isGood: Bool) {
        #expect((fault(members) { $0.issuer = "us" } == nil) == isGood)
    }

    @Test(
        "the audience must be or hold the one that is set",
        arguments: [
            (#""aud":"me""#, true), (#""aud":["you","me"]"#, true), (#""aud":"you""#, false),
            (#""aud":[]"#, false), (#""aud":[["me"]]"#, false), ("", false),
            (#""aud":null"#, false),
            (#""aud":{"me":1}"#, false),
        ])
    func audience(members: String, isGood: Bool) {
        #expect((fault(members) { $0.audience = "me" } == nil) == isGood)
    }

    @Test(
        "a token names a user, nobody, or somebody who cannot be",
        arguments: [
            ("\"7\"", .user(UserID(7))), ("7", .user(UserID(7))), (nil, TokenClaims.Subject.none),
            ("\"abc\"", .unknown), ("7.5", .unknown), ("true", .unknown), ("null", .unknown),
            ("\"\"", .unknown), ("[7]", .unknown), ("-7", .unknown), ("0", .unknown),
        ] as [(String?, TokenClaims.Subject)])
    func subject(value: String?, expected: TokenClaims.Subject) throws {
        let member = value.map { ",\"user_id\":\($0)" } ?? ""
        let claims = try TokenClaims(
            judging: TestTokens.object(
                #"{"token_type":"refresh","exp":2000,"jti":"a"\#(member)}"#),
            as: .refresh, at: Instant(unixSeconds: 1000), settings: TokenSettings())
        #expect(claims.subject == expected)
    }
}
