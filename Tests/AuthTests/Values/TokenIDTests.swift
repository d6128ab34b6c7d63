import Auth
import AuthTesting
import Cryptography
import CryptographyTesting
import Testing

@Suite("names of tokens")
struct TokenIDTests {
    @Test("a name is a UUID of version 8 with time, generation and chance in their places")
    func layout() {
        let random = CountingSource()
        let id = TokenID.make(
            at: Instant(unixMicroseconds: 0x0123_4567_89AB * 1000 + 999), generation: 0xABC,
            from: random)
        // Of the sixteen bytes 00…0f the first eight are replaced, of the ninth two bits, and the
        // last three by the check.
        #expect(id.text == "0123456789ab8abc88090a0b0c2dc34c")
        #expect(id.generation == 0xABC)
    }

    @Test("the generation counts modulo 4096")
    func modulo() {
        for (generation, kept) in [(0, 0), (4095, 4095), (4096, 0), (UInt32.max, 4095)] {
            let random = CountingSource()
            let id = TokenID.make(
                at: TestTokens.now, generation: UInt32(generation), from: random)
            #expect(id.generation == UInt32(kept))
        }
    }

    @Test("later names are larger, so neighbours in time are neighbours in an index")
    func sorted() {
        let random = SystemRandom()
        let names = (0..<50).map { step in
            TokenID.make(
                at: Instant(unixMicroseconds: 1_780_315_200_000_000 + step * 1000), generation: 0,
                from: random
            ).text
        }
        #expect(names == names.sorted())
    }

    @Test("names of the same moment differ")
    func unique() {
        let random = SystemRandom()
        let names = (0..<1000).map { _ in
            TokenID.make(at: TestTokens.now, generation: 1, from: random).text
        }
        #expect(Set(names).count == 1000)
    }

    @Test(
        "a foreign name has no generation",
        arguments: [
            "0123456789abcdef0123456789abcdef", "0123456789ab4abc88090a0b0cc8b133",
            "0123456789ab8abc08090a0b0cf590af", "0123456789ab8abcc8090a0b0c82ccc0", "", "x",
            "01234567-89ab-8abc-8809-0a0b0c0d0e0f", "0123456789ab8abc88090a0b0c0d0e0",
            "0123456789ab8abc88090a0b0c0d0e0g", "0123456789ab8abc88090a0b0c0d0e0f",
        ])
    func foreign(text: String) {
        #expect(TokenID(text: text).generation == nil)
    }

    @Test("a name that differs in one digit from one of ours is a foreign one")
    func check() {
        let text = "0123456789ab8abc88090a0b0c2dc34c"
        #expect(TokenID(text: text).generation == 0xABC)
        for index in text.indices {
            var other = text
            other.replaceSubrange(index...index, with: text[index] == "0" ? "1" : "0")
            #expect(TokenID(text: other).generation == nil, "\(other)")
        }
    }

    @Test("the blacklist knows a name of 32 digits by its bytes, any other by a digest")
    func blacklistKey() {
        #expect(
            TokenID(text: "0123456789abcdef0123456789abcdef").blacklistKey
                == [
                    0x01, 0x23, 0x45, 0x67, 0x89, 0xAB, 0xCD, 0xEF, 0x01, 0x23, 0x45, 0x67, 0x89,
                    0xAB, 0xCD, 0xEF,
                ])
        for text in ["", "x", String(repeating: "a", count: 300), "\u{E9}", "g"] {
            let key = TokenID(text: text).blacklistKey
            #expect(key == Array(SHA256.digest(Array(text.utf8)).prefix(16)))
        }
    }
}
