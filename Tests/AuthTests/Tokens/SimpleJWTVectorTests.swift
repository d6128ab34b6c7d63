import AuthTesting
import Foundation
import JSON
import Testing

@testable import Auth

/// A token of `simplejwt-5.5.1-tokens.txt`.
struct SimpleJWTVector {
    let type: TokenType
    let user: JSONValue
    let id: String
    let token: String

    static func all() throws -> [SimpleJWTVector] {
        let file = try #require(
            Bundle.module.url(
                forResource: "simplejwt-5.5.1-tokens", withExtension: "txt",
                subdirectory: "Vectors"))
        let lines = try String(contentsOf: file, encoding: .utf8).split(separator: "\n")
            .filter { !$0.hasPrefix("#") }
        return try lines.map { line in
            let columns = line.split(separator: " ").map(String.init)
            try #require(columns.count == 4)
            return SimpleJWTVector(
                type: try #require(TokenType(rawValue: columns[0])),
                user: try JSONReader.read(Array(columns[1].utf8)), id: columns[2],
                token: columns[3])
        }
    }
}

@Suite("tokens of SimpleJWT 5.5.1")
struct SimpleJWTVectorTests {
    @Test("they verify and say what they say there")
    func read() throws {
        let vectors = try SimpleJWTVector.all()
        #expect(vectors.count == 2)
        for vector in vectors {
            let claims = try TestTokens.issuer().check(
                vector.token, as: vector.type, at: TestTokens.now)
            #expect(claims.subject == .user(UserID(1)))
            #expect(claims.all["user_id"] == vector.user)
            #expect(claims.id.text == vector.id)
            #expect(claims.id.generation == nil)
            #expect(claims.expires == Instant(unixSeconds: 4_102_444_800))
            #expect(claims.issued == Instant(unixSeconds: 1_767_225_600))
        }
    }

    @Test("signing their payload gives the very same text")
    func sign() throws {
        for vector in try SimpleJWTVector.all() {
            let payload = TestTokens.payload(of: vector.token)
            #expect(try TestTokens.signer().sign(Array(payload.utf8)) == vector.token)
        }
    }

    @Test("they are refused with another key, for another purpose, before and after their time")
    func refused() throws {
        for vector in try SimpleJWTVector.all() {
            let other = try TestTokens.signer(keys: [TestTokens.djangoKey + "q"])
            #expect(throws: TokenFault.invalid) { try other.verify(vector.token) }
            let issuer = try TestTokens.issuer()
            let otherType: TokenType = vector.type == .access ? .refresh : .access
            let cases: [(TokenType, Int64, TokenFault)] = [
                (otherType, 1_780_315_200, .wrongType), (vector.type, 1_767_225_599, .invalid),
                (vector.type, 4_102_444_800, .expired),
            ]
            for (type, now, fault) in cases {
                #expect(throws: fault) {
                    try issuer.check(vector.token, as: type, at: Instant(unixSeconds: now))
                }
            }
        }
    }
}
