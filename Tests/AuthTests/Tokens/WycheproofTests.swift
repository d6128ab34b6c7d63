import Cryptography
import Foundation
import Testing

@testable import Auth

/// The signatures and keys of Wycheproof that are made with HMAC.
@Suite("JSON Web Signatures and Keys of Wycheproof")
struct WycheproofTests {
    private static func rows(of name: String, columns: Int) throws -> [[String]] {
        let file = try #require(
            Bundle.module.url(forResource: name, withExtension: "txt", subdirectory: "Vectors"))
        let rows = try String(contentsOf: file, encoding: .utf8).split(separator: "\n")
            .filter { !$0.hasPrefix("#") }.map { $0.split(separator: " ").map(String.init) }
        try #require(rows.allSatisfy { $0.count == columns })
        return rows
    }

    /// Whether the signature is accepted; the payloads are not claims, so that is all to be judged.
    private static func isAccepted(
        _ token: String, keys: [String], _ algorithm: TokenSigner.Algorithm
    ) throws -> Bool {
        let hash: HMACKey.Algorithm =
            switch algorithm {
            case .hs256: .sha256
            case .hs384: .sha384
            case .hs512: .sha512
            }
        let keys = try keys.map { text in
            try HMACKey(text == "-" ? [] : try #require(Hex.decode(text.utf8)), algorithm: hash)
        }
        let text = token == "-" ? "" : try #require(token.removingPercentEncoding)
        return (try? TokenSigner(algorithm: algorithm, keys: keys).payload(of: text)) != nil
    }

    /// Valid there, with a foreign character in header or payload that was signed as it is: for us
    /// such a text is no base64url (RFC 7515 §2).
    private static let strictlyRefused: Set = ["372", "373"]

    /// Invalid there for characters that the published text no longer has: it is, key and all, that of
    /// number 357, which is valid.
    private static let withoutTheirFault: Set = ["367", "370"]

    @Test("each of the 40 signatures is judged as it says there, or more strictly")
    func signatures() throws {
        let rows = try Self.rows(of: "wycheproof-jws-hmac", columns: 4)
        var accepted = 0
        for row in rows {
            let isAccepted = try Self.isAccepted(row[2], keys: [row[1]], .hs256)
            let isValid =
                row[3] == "valid" && !Self.strictlyRefused.contains(row[0])
                || Self.withoutTheirFault.contains(row[0])
            #expect(isAccepted == isValid, "number \(row[0])")
            accepted += isAccepted ? 1 : 0
        }
        #expect((rows.count, accepted) == (40, 10))
    }

    /// Refused there for what a key says of itself, which our settings do not have, or for its
    /// length, which the settings judge.
    private static let heldElsewhere: Set = [
        "4",  // Two keys of one `kid`: a token's `kid` is not looked at, all keys are tried.
        "10",  // 31 bytes for HS256: refused by the settings, see SigningSecretTests.
        "11", "12",  // 47 bytes for HS384, 63 for HS512: the same.
        "25", "26",  // A key that is meant for encryption.
    ]

    @Test("each of the 14 sets of keys is judged as it says there, or held elsewhere")
    func keys() throws {
        let rows = try Self.rows(of: "wycheproof-jwk-hmac", columns: 5)
        var (accepted, unusable) = (0, 0)
        for row in rows {
            let name = String(row[1].prefix { $0 != "," })
            let algorithm = TokenSigner.Algorithm(rawValue: name) ?? .hs256
            let keys = row[2].split(separator: ",").map(String.init)
            guard !keys.contains("-") else {
                #expect(throws: HMACKey.Fault.emptyKey) { try HMACKey([]) }
                #expect(row[4] == "invalid")
                unusable += 1
                continue
            }
            let isAccepted = try Self.isAccepted(row[3], keys: keys, algorithm)
            let isValid = row[4] == "valid" || Self.heldElsewhere.contains(row[0])
            #expect(isAccepted == isValid, "number \(row[0])")
            accepted += isAccepted ? 1 : 0
        }
        #expect((rows.count, accepted, unusable) == (14, 10, 3))
    }
}
