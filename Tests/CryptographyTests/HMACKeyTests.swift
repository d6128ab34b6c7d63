import Cryptography
import Dispatch
import Testing

@Suite("HMAC and keys made from keys")
struct HMACKeyTests {
    @Test("computes the codes of RFC 4231")
    func published() throws {
        for row in try VectorFile.rows(of: "rfc4231-hmac", columns: 5) {
            let (key, message) = (try VectorFile.bytes(row[0]), try VectorFile.bytes(row[1]))
            for (algorithm, column) in zip(HMACKey.Algorithm.allCases, row[2...]) {
                let code = try VectorFile.bytes(column)
                let hmac = try HMACKey(key, algorithm: algorithm)
                #expect(Array(hmac.authenticationCode(for: message).prefix(code.count)) == code)
                // Case 5 shows a code cut to 16 bytes, which is not one that we accept.
                #expect(hmac.isValid(code, for: message) == (code.count == hmac.byteCount))
            }
        }
    }

    @Test("judges the codes of Wycheproof as it says")
    func wycheproof() throws {
        for row in try VectorFile.rows(of: "wycheproof-hmac-sha256", columns: 4) {
            let key = try HMACKey(try VectorFile.bytes(row[0]))
            let (message, tag) = (try VectorFile.bytes(row[1]), try VectorFile.bytes(row[2]))
            let isRight = Array(key.authenticationCode(for: message).prefix(tag.count)) == tag
            #expect(isRight == (row[3] == "valid"))
            #expect(key.isValid(tag, for: message) == (isRight && tag.count == key.byteCount))
        }
    }

    @Test("refuses an empty key", arguments: HMACKey.Algorithm.allCases)
    func emptyKey(algorithm: HMACKey.Algorithm) {
        #expect(throws: HMACKey.Fault.emptyKey) { try HMACKey([], algorithm: algorithm) }
        #expect(throws: HMACKey.Fault.emptyKey) {
            try HMACKey(SecretBytes(copying: []), algorithm: algorithm)
        }
    }

    @Test("refuses a code that is cut, longer, empty or changed in any bit")
    func refusals() throws {
        let key = try HMACKey(SecretBytes(utf8: "a key"))
        let message = Array("a message".utf8)
        let code = key.authenticationCode(for: message)
        #expect(key.isValid(code, for: message))
        #expect(!key.isValid([], for: message))
        #expect(!key.isValid(code.dropLast(), for: message))
        #expect(!key.isValid(code + [0], for: message))
        for bit in 0..<256 {
            var changed = code
            changed[bit / 8] ^= 1 << (bit % 8)
            #expect(!key.isValid(changed, for: message))
        }
    }

    @Test("serves many threads at once with the same key")
    func threads() throws {
        let key = try HMACKey(Array("shared".utf8))
        let expected = (0..<64).map { key.authenticationCode(for: [UInt8(truncatingIfNeeded: $0)]) }
        DispatchQueue.concurrentPerform(iterations: 64) { index in
            for _ in 0..<200 {
                #expect(key.isValid(expected[index], for: [UInt8(truncatingIfNeeded: index)]))
            }
        }
    }

    @Test("derives the key of RFC 5869, test case 3, which has neither salt nor info")
    func hkdf() throws {
        let secret = SecretBytes(copying: [UInt8](repeating: 0x0b, count: 22))
        let key = try #require(
            Hex.decode(
                ("8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d"
                    + "9d201395faa4b61a96c8").utf8))
        #expect(
            HKDF.deriveKey(secret: secret, info: "", byteCount: 42) == SecretBytes(copying: key))
    }

    @Test("derives as RFC 5869 §2 says, with an info and over several blocks")
    func hkdfFromHMAC() throws {
        let secret = Array("one secret of the installation, uniform".utf8)
        let extracted = try HMACKey([UInt8](repeating: 0, count: 32)).authenticationCode(
            for: secret)
        let expanding = try HMACKey(extracted)
        let info = Array("mail tokens".utf8)
        var (block, key) = ([UInt8](), [UInt8]())
        for counter in UInt8(1)...3 {
            block = expanding.authenticationCode(for: block + info + [counter])
            key += block
        }
        for count in [1, 32, 33, 96] {
            let derived = HKDF.deriveKey(
                secret: SecretBytes(copying: secret), info: "mail tokens", byteCount: count)
            #expect(derived == SecretBytes(copying: Array(key.prefix(count))))
        }
    }
}
