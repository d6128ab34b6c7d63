import Auth
import AuthTesting
import CryptographyTesting
import JSON
import Testing

@Suite("issuing tokens")
struct TokenIssuerTests {
    @Test("the tokens of a login have the claims of SimpleJWT in its order")
    func pair() throws {
        let random = CountingSource()
        let pair = try TestTokens.issuer().issuePair(
            for: UserID(42), generation: 3, accessClaims: [], at: TestTokens.now, from: random)
        #expect(
            TestTokens.payload(of: pair.refresh)
                == #"{"token_type":"refresh","exp":1780401600,"iat":1780315200,"#
                + #""jti":"019e830e1a00800388090a0b0cd6c950","user_id":"42"}"#)
        #expect(
            TestTokens.payload(of: pair.access)
                == #"{"token_type":"access","exp":1780315500,"iat":1780315200,"#
                + #""jti":"019e830e1a00800398191a1b1cb493c9","user_id":"42"}"#)
        #expect(pair.refresh.hasPrefix("eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9."))
    }

    @Test("declared fields go into the access token alone, behind the user")
    func declaredFields() throws {
        let random = CountingSource()
        let pair = try TestTokens.issuer().issuePair(
            for: UserID(42), generation: 0,
            accessClaims: [.init("plan", .string("gold")), .init("seats", .number(JSONNumber(3)))],
            at: TestTokens.now, from: random)
        #expect(
            TestTokens.payload(of: pair.access).hasSuffix(
                #","user_id":"42","plan":"gold","seats":3}"#))
        #expect(TestTokens.payload(of: pair.refresh).hasSuffix(#","user_id":"42"}"#))
    }

    @Test("audience and issuer, in this order, close the claims")
    func parties() throws {
        let random = CountingSource()
        let issuer = try TestTokens.issuer {
            $0.issuer = "us"
            $0.audience = "you \"all\""
        }
        let pair = issuer.issuePair(
            for: UserID(1), generation: 0, accessClaims: [], at: TestTokens.now, from: random)
        for token in [pair.access, pair.refresh] {
            #expect(
                TestTokens.payload(of: token).hasSuffix(#","aud":"you \"all\"","iss":"us"}"#))
        }
        _ = try issuer.check(pair.refresh, as: .refresh, at: TestTokens.now)
    }

    @Test("lifetimes are those of the settings, to the second")
    func lifetimes() throws {
        let random = CountingSource()
        let issuer = try TestTokens.issuer {
            $0.accessLifetime = 7
            $0.refreshLifetime = 90
        }
        let pair = issuer.issuePair(
            for: UserID(1), generation: 0, accessClaims: [], at: TestTokens.now, from: random)
        for (token, type, lifetime) in [
            (pair.access, TokenType.access, Int64(7)), (pair.refresh, .refresh, 90),
        ] {
            _ = try issuer.check(
                token, as: type, at: TestTokens.now.advanced(seconds: lifetime - 1))
            #expect(throws: TokenFault.expired) {
                try issuer.check(token, as: type, at: TestTokens.now.advanced(seconds: lifetime))
            }
        }
    }

    private static let foreign =
        #"{"token_type":"refresh","exp":1780320000,"iat":1780315000,"jti":"a","user_id":7,"#
        + #""role":{"x":[1.50,null]},"aud":"old","plan":"tin","iss":"old","é":"\u00e9"}"#

    @Test("a refresh copies every claim but those that make a token what it is")
    func copies() throws {
        let random = CountingSource()
        let issuer = try TestTokens.issuer()
        let claims = try issuer.check(
            try TestTokens.token(claims: Self.foreign), as: .refresh, at: TestTokens.now)
        let access = issuer.issueAccess(
            from: claims, generation: 2, accessClaims: [], at: TestTokens.now, from: random)
        let payload = TestTokens.payload(of: access)
        #expect(
            payload.hasPrefix(
                #"{"token_type":"access","exp":1780315500,"iat":1780315200,"jti":"019e"#))
        #expect(
            payload.hasSuffix(
                #"","user_id":7,"role":{"x":[1.50,null]},"plan":"tin","é":"é"}"#))
        let successor = issuer.issueSuccessor(
            issuer.makeSuccessor(generation: 2, at: TestTokens.now, from: random), of: claims)
        let checked = try issuer.check(successor, as: .refresh, at: TestTokens.now)
        #expect(checked.id.generation == 2)
        #expect(checked.id.text != "a")
        #expect(checked.expires == TestTokens.now.advanced(seconds: 86400))
        #expect(TestTokens.payload(of: successor).contains(#""role":{"x":[1.50,null]}"#))
    }

    @Test("declared fields take their present value in their place")
    func presentValues() throws {
        let random = CountingSource()
        let issuer = try TestTokens.issuer { $0.audience = "new" }
        let token = try TestTokens.token(
            claims: Self.foreign.replacing(#""aud":"old""#, with: #""aud":"new""#))
        let claims = try issuer.check(token, as: .refresh, at: TestTokens.now)
        let access = issuer.issueAccess(
            from: claims, generation: 2,
            accessClaims: [.init("plan", .string("gold")), .init("seats", .null)],
            at: TestTokens.now, from: random)
        #expect(
            TestTokens.payload(of: access).hasSuffix(
                #","plan":"gold","é":"é","seats":null,"aud":"new"}"#))
    }
}
