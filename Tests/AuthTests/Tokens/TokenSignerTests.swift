import Auth
import AuthTesting
import Cryptography
import CryptographyTesting
import JSON
import Testing

@Suite("signatures of tokens (RFC 7515, RFC 8725)")
struct TokenSignerTests {
    private static let claims = #"{"token_type":"refresh","exp":4102444800,"jti":"a"}"#

    private func isRefused(_ token: String) throws -> Bool {
        let signer = try TestTokens.signer()
        do throws(TokenFault) {
            _ = try signer.verify(token)
            return false
        } catch {
            return error == .invalid
        }
    }

    @Test("a token verifies and gives its claims", arguments: TokenSigner.Algorithm.allCases)
    func verifies(algorithm: TokenSigner.Algorithm) throws {
        let signer = try TestTokens.signer(algorithm)
        let token = signer.sign(Array(Self.claims.utf8))
        #expect(try signer.verify(token) == TestTokens.object(Self.claims))
        for other in TokenSigner.Algorithm.allCases where other != algorithm {
            #expect(throws: TokenFault.invalid) { try TestTokens.signer(other).verify(token) }
        }
    }

    /// Tokens as the service issues them, and each algorithm.
    static let issued: [(TokenType, TokenSigner.Algorithm)] = [
        (.refresh, .hs256), (.access, .hs256), (.refresh, .hs384), (.access, .hs384),
        (.refresh, .hs512), (.access, .hs512),
    ]

    @Test("no token with one other, one more or one less character verifies", arguments: issued)
    func mutants(type: TokenType, algorithm: TokenSigner.Algorithm) throws {
        let signer = try TestTokens.signer(algorithm)
        let random = CountingSource()
        let pair = TokenIssuer(settings: TokenSettings(), signer: signer).issuePair(
            for: UserID(7), generation: 1, accessClaims: [], at: TestTokens.now, from: random)
        let token = Array((type == .refresh ? pair.refresh : pair.access).utf8)
        #expect(throws: Never.self) { try signer.verify(String(decoding: token, as: UTF8.self)) }
        var accepted: [[UInt8]] = []
        func take(_ mutant: [UInt8]) {
            if (try? signer.verify(String(decoding: mutant, as: UTF8.self))) != nil {
                accepted.append(mutant)
            }
        }
        // The alphabet, so that unused bits are set in every way, and what does not belong to it.
        let characters = Array(
            ("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
                + "=+/. %\0\n\r\t\"\u{7F}").utf8)
        for index in token.indices {
            var shorter = token
            shorter.remove(at: index)
            take(shorter)
            for character in characters where character != token[index] {
                var changed = token
                changed[index] = character
                take(changed)
            }
        }
        for index in 0...token.count {
            for character in Array("A_=. \0".utf8) {
                var longer = token
                longer.insert(character, at: index)
                take(longer)
            }
        }
        #expect(accepted.isEmpty, "\(accepted.map { String(decoding: $0, as: UTF8.self) })")
    }

    @Test("no token that lacks or repeats a character verifies")
    func shorterAndLonger() throws {
        let token = try TestTokens.token(claims: Self.claims)
        for index in token.indices {
            var shorter = token
            shorter.remove(at: index)
            #expect(try isRefused(shorter))
            var longer = token
            longer.insert(token[index], at: index)
            #expect(try isRefused(longer))
        }
        for length in 0..<token.count { #expect(try isRefused(String(token.prefix(length)))) }
        for around in [" ", "\n", "=", "==", ".", "é", "\0"] {
            #expect(try isRefused(token + around))
            #expect(try isRefused(around + token))
        }
    }

    @Test(
        "the header cannot choose the algorithm",
        arguments: [
            "none", "None", "NONE", "nOnE", "", "HS384", "HS512", "RS256", "ES256", "PS256",
            "EdDSA", "hs256", "HS256 ", "dir", "A128KW",
        ])
    func algorithms(name: String) throws {
        let header = #"{"alg":"\#(name)","typ":"JWT"}"#
        let signed = try TestTokens.token(header: header, claims: Self.claims)
        #expect(try isRefused(signed))
        let parts = signed.split(separator: ".")
        for signature in ["", "AA"] {
            #expect(try isRefused("\(parts[0]).\(parts[1]).\(signature)"))
        }
        #expect(try isRefused("\(parts[0]).\(parts[1])"))
    }

    @Test(
        "a header of other form is refused though its signature is good",
        arguments: [
            "{}", "[]", "null", "\"HS256\"", "", "{", #"{"typ":"JWT"}"#, #"{"alg":null}"#,
            #"{"alg":["HS256"]}"#, #"{"alg":"HS256","alg":"HS256"}"#,
            #"{"alg":"none","alg":"HS256"}"#, #"{"alg":"HS256","crit":["exp"]}"#,
            #"{"alg":"HS256","crit":[]}"#, #"{"alg":"HS256","crit":null}"#,
            #"{"alg":"HS256","b64":false,"crit":["b64"]}"#, #"{"alg":"HS256","b64":true}"#,
            #"{"alg":"HS256","zip":"DEF"}"#, #"{"alg":"HS256","enc":"A128GCM"}"#,
            #"{"alg":"HS256"} x"#, "\u{FEFF}{\"alg\":\"HS256\"}", #"{"ALG":"HS256"}"#,
        ])
    func headers(header: String) throws {
        #expect(try isRefused(try TestTokens.token(header: header, claims: Self.claims)))
    }

    @Test(
        "a header that says the same in other words is taken",
        arguments: [
            #"{"alg":"HS256"}"#, #"{"typ":"JWT","alg":"HS256"}"#,
            #"{ "alg" : "HS256", "typ" : "JWT" }"#, #"{"alg":"HS256","typ":"at+jwt","kid":"1"}"#,
            #"{"alg":"HS256","jwk":{"kty":"oct","k":"AA"},"jku":"https://x.org","x5u":"y"}"#,
            #"{"\u0061lg":"HS256"}"#, #"{"alg":"HS256","kid":""}"#,
            #"{"alg":"HS256","kid":"../../dev/null"}"#, #"{"alg":"HS256","kid":"' OR '1'='1"}"#,
            #"{"alg":"HS256","kid":"\u0000"}"#, #"{"alg":"HS256","kid":"unknown"}"#,
        ])
    func otherWords(header: String) throws {
        let token = try TestTokens.token(header: header, claims: Self.claims)
        #expect(try TestTokens.signer().verify(token) == TestTokens.object(Self.claims))
    }

    @Test("a key that the token brings along is not used")
    func ownKey() throws {
        let token = try TestTokens.token(
            header: #"{"alg":"HS256","jwk":{"kty":"oct","k":"YXR0YWNrZXI"}}"#,
            claims: Self.claims, key: "attacker")
        #expect(try isRefused(token))
    }

    @Test(
        "claims that are not one JSON object, strictly read, are refused though the key signed them",
        arguments: [
            "", "null", "[]", "1", "\"a\"", "{", "{}x", #"{"a":1,"a":1}"#, #"{"exp":NaN}"#,
            "\u{FEFF}{}", #"{"exp":1,"\u0065xp":2}"#, "{'a':1}",
            String(repeating: #"{"a":"#, count: 33) + "1" + String(repeating: "}", count: 33),
        ])
    func payloads(claims: String) throws {
        #expect(try isRefused(try TestTokens.token(claims: claims)))
    }

    @Test("other numbers of parts are refused, encrypted and nested tokens too")
    func parts() throws {
        let token = try TestTokens.token(claims: Self.claims)
        let nested = try TestTokens.token(
            header: #"{"alg":"HS256","cty":"JWT"}"#, claims: token)
        for text in [
            "", ".", "..", "...", "....", "a", "a.b", "a.b.c.d", "\(token).", ".\(token)",
            "\(token).\(token)", "\(token).a.b", "eyJhbGciOiJkaXIiLCJlbmMiOiJBMTI4R0NNIn0....",
            "eyJhbGciOiJkaXIifQ..aXY.Y2lwaGVy.dGFn", nested,
        ] {
            #expect(try isRefused(text), "\(text)")
        }
    }

    @Test("a signature whose unused bits are set is another text for the same bytes, and refused")
    func canonical() throws {
        let token = try TestTokens.token(claims: Self.claims)
        let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_")
        let last = try #require(token.last)
        let value = try #require(alphabet.firstIndex(of: last))
        // 43 characters have 258 bits for the 256 of the code: the last two must be 0.
        #expect(value.isMultiple(of: 4))
        for other in value + 1...value + 3 {
            #expect(try isRefused(String(token.dropLast()) + String(alphabet[other])))
        }
    }

    @Test("the token of an older key is accepted, new ones are signed with the first")
    func rotation() throws {
        let both = try TestTokens.signer(keys: ["new key", TestTokens.djangoKey])
        let old = try TestTokens.token(claims: Self.claims)
        #expect(try both.verify(old) == TestTokens.object(Self.claims))
        let new = both.sign(Array(Self.claims.utf8))
        #expect(try new == TestTokens.token(claims: Self.claims, key: "new key"))
        #expect(try isRefused(new))
    }

    @Test("a token over the limit of length is not looked at")
    func length() throws {
        func token(_ padding: Int) throws -> String {
            try TestTokens.token(
                claims: #"{"a":"\#(String(repeating: "x", count: padding))"}"#)
        }
        let small = try token(6000)
        #expect(small.utf8.count <= TokenSigner.lengthLimit)
        #expect(try !isRefused(small))
        let large = try token(6100)
        #expect(large.utf8.count > TokenSigner.lengthLimit)
        #expect(try isRefused(large))
    }
}
