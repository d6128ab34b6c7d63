import Cryptography
import Testing

@Suite("secret bytes and chance")
struct SecretBytesTests {
    @Test("no way of printing shows a secret")
    func hidden() throws {
        let secret = SecretBytes(utf8: "swordfish")
        let key = try HMACKey(secret)
        let hash = try #require(
            PasswordHash(encoded: "md5$salt$" + String(repeating: "0", count: 32)))
        for value in [secret, key, hash] as [Any] {
            var dumped = ""
            dump(value, to: &dumped)
            for text in ["\(value)", String(reflecting: value), dumped] {
                #expect(text.contains("hidden"))
                #expect(!text.contains("swordfish") && !text.contains("0000"))
            }
        }
    }

    @Test("equality is that of the bytes")
    func equality() {
        let secret = SecretBytes(copying: [1, 2, 3])
        #expect(secret == SecretBytes(copying: [1, 2, 3]))
        #expect(secret != SecretBytes(copying: [1, 2, 4]))
        #expect(secret != SecretBytes(copying: [1, 2]))
        #expect(SecretBytes(copying: []) == SecretBytes(utf8: ""))
        #expect(SecretBytes(copying: []).isEmpty)
    }

    @Test("lends the bytes that it was given")
    func lends() {
        let bytes = SecretBytes(utf8: "é").withBytes { bytes in bytes.indices.map { bytes[$0] } }
        #expect(bytes == [0xc3, 0xa9])
    }

    @Test("compares arrays of any length")
    func constantTime() {
        #expect(constantTimeEqual([], []))
        #expect(constantTimeEqual([1, 2], [1, 2]))
        #expect(!constantTimeEqual([1, 2], [1, 3]))
        #expect(!constantTimeEqual([1, 2], [1]))
        #expect(!constantTimeEqual([], [0]))
    }

    @Test("draws as many bytes as asked for, and others each time", arguments: [0, 1, 16, 1000])
    func draws(count: Int) {
        #expect(SystemRandom().bytes(count: count).count == count)
        let draws = Set((0..<500).map { _ in SystemRandom().bytes(count: 16) })
        #expect(draws.count == 500)
    }

    @Test("SHA-256 of the example of FIPS 180-4 and of nothing")
    func digest() {
        #expect(
            Hex.encode(SHA256.digest(Array("abc".utf8)))
                == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")
        #expect(
            Hex.encode(SHA256.digest([]))
                == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")
    }
}
