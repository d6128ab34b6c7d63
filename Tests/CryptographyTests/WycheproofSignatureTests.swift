import Cryptography
import Foundation
import Testing

/// The signatures and keys of Wycheproof that are made with a public key.
@Suite("JSON Web Signatures and Keys of Wycheproof")
struct WycheproofSignatureTests {
    private static func pem(_ key: Substring) throws -> String {
        let der = try VectorFile.bytes(key)
        return "-----BEGIN PUBLIC KEY-----\n\(Base64.encode(der))\n-----END PUBLIC KEY-----\n"
    }

    /// Judges a token as RFC 7515 §5.2 says, with the algorithm that the key has.
    private static func isAccepted(_ token: Substring, _ key: VerifyingKey) throws -> Bool {
        let text = token == "-" ? "" : try #require(String(token).removingPercentEncoding)
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count == 3, let header = Base64URL.decode(Array(parts[0].utf8)),
            Base64URL.decode(Array(parts[1].utf8)) != nil,
            let signature = Base64URL.decode(Array(parts[2].utf8)),
            let members = try? JSONSerialization.jsonObject(with: Data(header)) as? [String: Any],
            members["alg"] as? String == key.algorithm.rawValue
        else { return false }
        return key.isValid(signature, for: Array("\(parts[0]).\(parts[1])".utf8))
    }

    @Test("each of the 361 signatures is judged as it says there, or has no algorithm of ours")
    func signatures() throws {
        let lines = try VectorFile.lines(of: "wycheproof-jws-public-key")
            .map { $0.split(separator: " ") }
        let keys = Dictionary(
            lines.filter { $0.count == 2 }.map { ($0[0], $0[1]) }, uniquingKeysWith: { $1 })
        let rows = lines.filter { $0.count == 6 }
        #expect(lines.count == keys.count + rows.count)
        var count = (judged: 0, accepted: 0, otherAlgorithm: 0, forEncryption: 0)
        for row in rows {
            // What a key is meant for is not a part of a PEM text.
            guard row[2] == "verify" else {
                #expect(row[5] == "invalid")
                count.forEncryption += 1
                continue
            }
            guard let algorithm = SignatureAlgorithm(rawValue: String(row[1])) else {
                count.otherAlgorithm += 1
                continue
            }
            let text = try Self.pem(try #require(keys[row[3]]))
            let key = try VerifyingKey(pem: text, algorithm: algorithm)
            let isAccepted = try Self.isAccepted(row[4], key)
            #expect(isAccepted == (row[5] == "valid"), "number \(row[0])")
            count.judged += 1
            count.accepted += isAccepted ? 1 : 0
        }
        #expect(count == (272, 10, 85, 4))
        #expect(rows.count == 361)
    }

    /// Refused there for what a key says of itself, which PEM does not have, or for how its modulus
    /// was made (number 7, ROCA): whoever configures a key made it.
    private static let heldElsewhere: Set<Substring> = ["6", "7", "19", "20", "21"]

    @Test("each of the 10 keys is judged as it says there, or held elsewhere")
    func keys() throws {
        let rows = try VectorFile.rows(of: "wycheproof-jwk-public-key", columns: 6)
        #expect(rows.count == 10)
        for row in rows {
            let algorithm: SignatureAlgorithm = row[1].hasPrefix("RS") ? .rs256 : .es256
            let key = try? VerifyingKey(pem: try Self.pem(row[3]), algorithm: algorithm)
            let isAccepted = try key.map { try Self.isAccepted(row[4], $0) } ?? false
            let isValid = row[5] == "valid" || Self.heldElsewhere.contains(row[0])
            #expect(isAccepted == isValid, "number \(row[0])")
        }
    }
}
