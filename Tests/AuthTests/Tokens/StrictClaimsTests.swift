import Auth
import AuthTesting
import Testing

/// Claims that nobody here would write, signed with the right key (RFC 8725 §3.7, §2.4).
@Suite("claims are read strictly though the right key signed them")
struct StrictClaimsTests {
    /// What a good refresh token says; the tests add to it.
    private static let good = #""token_type":"refresh","exp":4102444800,"jti":"a","user_id":"7""#

    private func fault(_ payload: [UInt8]) throws -> TokenFault? {
        let token = try TestTokens.token(
            header: Array(#"{"alg":"HS256","typ":"JWT"}"#.utf8), claims: payload)
        let issuer = try TestTokens.issuer()
        do throws(TokenFault) {
            _ = try issuer.check(token, as: .refresh, at: TestTokens.now)
            return nil
        } catch {
            return error
        }
    }

    private func fault(of claims: String) throws -> TokenFault? { try fault(Array(claims.utf8)) }

    @Test("the claims that the other tests change are good")
    func unchanged() throws {
        #expect(try fault(of: "{\(Self.good)}") == nil)
    }

    @Test(
        "a name that stands twice is refused, however it is written and whatever it says",
        arguments: [
            #""exp":4102444800"#, #""exp":1"#, #""\u0065xp":1"#, #""token_type":"access""#,
            #""token_typ\u0065":"refresh""#, #""user_id":"8""#, #""jti":"b""#, #""x":1,"x":1"#,
            #""a":{"x":1,"x":2}"#, #""a":[{"x":1,"\u0078":2}]"#, "\"\":1,\"\":2",
        ])
    func duplicateNames(member: String) throws {
        #expect(try fault(of: "{\(Self.good),\(member)}") == .invalid)
        #expect(try fault(of: "{\(member),\(Self.good)}") == .invalid)
    }

    @Test(
        "names that only look alike are different names",
        arguments: [#""EXP":1"#, #""exp ":1"#, #""exp\u0000":1"#, #""\u0435xp":1"#, #""ｅxp":1"#])
    func namesThatLookAlike(member: String) throws {
        #expect(try fault(of: "{\(member),\(Self.good)}") == nil)
    }

    @Test("as many brackets as the reader takes are good, one more is refused")
    func depth() throws {
        for (open, close) in [("[", "]"), (#"{"a":"#, "}")] {
            for (depth, expected) in [(31, nil), (32, TokenFault.invalid), (2000, .invalid)] {
                let value =
                    String(repeating: open, count: depth - 1) + "[]"
                    + String(repeating: close, count: depth - 1)
                #expect(try fault(of: "{\(Self.good),\"x\":\(value)}") == expected, "\(depth)")
            }
        }
    }

    @Test(
        "what is no number of JSON is refused wherever it stands",
        arguments: [
            "NaN", "Infinity", "-Infinity", "nan", "01", "+1", ".5", "5.", "1e", "1e+", "0x10",
            "1_000", "--1", "-", "1 000", "\u{FF11}", "\u{0661}", "1.2.3", "1e2e3",
        ])
    func noNumbers(number: String) throws {
        #expect(try fault(of: "{\(Self.good),\"x\":\(number)}") == .invalid)
        #expect(try fault(of: "{\(Self.good),\"nbf\":\(number)}") == .invalid)
    }

    @Test(
        "a number that no time can have is refused as a time, and let be elsewhere",
        arguments: [
            "1e400", "-1e400", "1e300", "-1e300", "9007199254740992", "-9007199254740992",
            "9223372036854775807", "9223372036854775808", "18446744073709551616",
            "99999999999999999999999999999999999999", "1.7976931348623157e309",
        ])
    func hugeNumbers(number: String) throws {
        for name in ["nbf", "iat"] {
            #expect(try fault(of: "{\(Self.good),\"\(name)\":\(number)}") == .invalid, "\(name)")
        }
        let forever = Self.good.replacing("4102444800", with: number)
        #expect(try fault(of: "{\(forever)}") == .invalid)
        #expect(try fault(of: "{\(Self.good),\"x\":\(number)}") == nil)
    }

    @Test(
        "zero in any spelling is 1970",
        arguments: ["0", "-0", "0.0", "-0.0", "0e0", "-0e-9", "1e-400", "-1e-400"])
    func zeros(number: String) throws {
        #expect(try fault(of: "{\(Self.good),\"iat\":\(number)}") == nil)
        let expired = Self.good.replacing("4102444800", with: number)
        #expect(try fault(of: "{\(expired)}") == .expired)
    }

    static let invalidUTF8: [[UInt8]] = [
        [0xFF], [0xC0, 0x80], [0xC1, 0xBF], [0xE0, 0x80, 0x80], [0xED, 0xA0, 0x80],
        [0xF4, 0x90, 0x80, 0x80], [0xF8, 0x88, 0x80, 0x80, 0x80], [0x80], [0xC3], [0xE2, 0x82],
    ]

    @Test("bytes that are not UTF-8 are refused, in names and in values", arguments: invalidUTF8)
    func noUTF8(bytes: [UInt8]) throws {
        let start = Array("{\(Self.good),\"".utf8)
        #expect(try fault(start + bytes + Array("\":1}".utf8)) == .invalid)
        #expect(try fault(start + Array("x\":\"".utf8) + bytes + Array("\"}".utf8)) == .invalid)
    }

    @Test("UTF-16, UTF-32 and a byte order mark are refused")
    func otherEncodings() throws {
        let text = "{\(Self.good)}"
        let wide = text.utf16.flatMap { [UInt8($0 & 0xFF), UInt8($0 >> 8)] }
        #expect(try fault(wide) == .invalid)
        #expect(try fault([0xFF, 0xFE] + wide) == .invalid)
        #expect(try fault(text.unicodeScalars.flatMap { [0, 0, 0, UInt8($0.value)] }) == .invalid)
        #expect(try fault([0xEF, 0xBB, 0xBF] + Array(text.utf8)) == .invalid)
    }

    @Test("NUL is a character of its own when escaped, and refused when not")
    func nul() throws {
        #expect(try fault(of: "{\(Self.good),\"x\":\"a\0b\"}") == .invalid)
        #expect(try fault(of: "{\(Self.good)}\0") == .invalid)
        #expect(try fault(of: "\0{\(Self.good)}") == .invalid)
        #expect(try fault(of: #"{\#(Self.good),"x":"\u0000"}"#) == nil)
        let cut = Self.good.replacing("refresh", with: #"refresh\u0000"#)
        #expect(try fault(of: "{\(cut)}") == .wrongType)
    }
}
