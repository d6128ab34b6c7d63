import Cryptography
import CryptographyTesting
import Testing

@Suite("stored password hashes")
struct PasswordHashTests {
    static let password = Array("correct horse é".utf8)

    static var stored: [String] {
        get throws { try VectorFile.lines(of: "django-compat-password-hashes").map(String.init) }
    }

    static var storedAtLowCost: [String] {
        get throws { try stored.filter { !$0.contains("$1000000$") && !$0.contains("m=102400") } }
    }

    @Test("takes the right password for each form of Django, and no other")
    func verifies() throws {
        let workspace = HashingWorkspace()
        for encoded in try Self.stored {
            let hash = try #require(PasswordHash(encoded: encoded), "\(encoded.prefix(20))")
            #expect(hash.encoded == encoded)
            #expect(try hash.verify(Self.password, in: workspace), "\(encoded.prefix(20))")
            // Traditional crypt reads 8 bytes only, so the wrong one differs at the front.
            #expect(try !hash.verify([0x43] + Self.password.dropFirst(), in: workspace))
        }
    }

    @Test("the empty password is a password like any other, and not the stored one")
    func emptyPassword() throws {
        let workspace = HashingWorkspace()
        for encoded in try Self.storedAtLowCost {
            let hash = try #require(PasswordHash(encoded: encoded))
            #expect(try !hash.verify([], in: workspace))
        }
        let small = try #require(Argon2Parameters(memoryKiB: 64, iterations: 1, parallelism: 1))
        let hash = try PasswordHash.argon2id(
            [], parameters: small, salt: [UInt8](repeating: 1, count: 16), in: workspace)
        #expect(try hash.verify([], in: workspace))
        #expect(try !hash.verify([0], in: workspace))
    }

    @Test("writes Django's form, with the salt of the source, and reads it back")
    func writes() throws {
        let workspace = HashingWorkspace()
        let source = CountingSource()
        let hash = try PasswordHash.argon2id(Self.password, from: source, in: workspace)
        #expect(
            hash.encoded.hasPrefix("argon2$argon2id$v=19$m=19456,t=2,p=1$AAECAwQFBgcICQoLDA0ODw$"))
        #expect(hash.encoded.utf8.count == 103)
        #expect(!hash.needsRehash(to: .standard))
        let again = try #require(PasswordHash(encoded: hash.encoded))
        #expect(try again.verify(Self.password, in: workspace))
    }

    @Test("every byte of a long password counts", arguments: [71, 72, 73, 128, 1000])
    func longPassword(count: Int) throws {
        let small = try #require(Argon2Parameters(memoryKiB: 64, iterations: 1, parallelism: 1))
        let workspace = HashingWorkspace()
        let password = [UInt8](repeating: 0x61, count: count)
        let source = CountingSource()
        let hash = try PasswordHash.argon2id(
            password, parameters: small, from: source, in: workspace)
        #expect(try hash.verify(password, in: workspace))
        #expect(try !hash.verify(password.dropLast() + [0x62], in: workspace))
        #expect(try !hash.verify(password + [0x61], in: workspace))
    }

    @Test("a NUL does not end a password")
    func passwordWithNUL() throws {
        let workspace = HashingWorkspace()
        for encoded in try Self.storedAtLowCost {
            let hash = try #require(PasswordHash(encoded: encoded))
            #expect(try !hash.verify(Self.password + [0, 0x61], in: workspace))
            // HMAC fills its key up with zeros, so that PBKDF2 and scrypt cannot tell one at the end.
            if !encoded.hasPrefix("pbkdf2"), !encoded.hasPrefix("scrypt") {
                #expect(try !hash.verify(Self.password + [0], in: workspace))
            }
        }
    }

    @Test("only Argon2id at the wanted cost, with salt enough, stays as it is")
    func needsRehash() throws {
        for encoded in try Self.stored {
            let hash = try #require(PasswordHash(encoded: encoded))
            let isWanted = encoded.hasPrefix("argon2$argon2id$v=19$m=19456,t=2,p=1$")
            #expect(hash.needsRehash(to: .standard) == !isWanted)
        }
        let head = "argon2$argon2id$v=19$m=19456,t=2,p=1$"
        let digest = String(repeating: "A", count: 43)
        let good = try #require(PasswordHash(encoded: head + "AAAAAAAAAAAAAAAAAAAAAA$" + digest))
        #expect(!good.needsRehash(to: .standard))
        for (memory, iterations, lanes) in [
            (19455, 2, 1), (19457, 2, 1), (19456, 1, 1), (19456, 3, 1), (19456, 2, 2),
        ] {
            let other = try #require(
                Argon2Parameters(memoryKiB: memory, iterations: iterations, parallelism: lanes))
            #expect(good.needsRehash(to: other))
        }
        for weak in [
            "AAAAAAAAAAAAAAAAAAAA$" + digest, "AAAAAAAAAAAAAAAAAAAAAA$" + "AAAAAAAAAAAAAAAAAAAAAA",
        ] {
            #expect(try #require(PasswordHash(encoded: head + weak)).needsRehash(to: .standard))
        }
    }

    @Test("refuses parameters outside of their ranges")
    func parameterRanges() {
        for (memory, iterations, lanes) in [
            (7, 1, 1), (262_145, 1, 1), (64, 0, 1), (64, 17, 1), (64, 1, 0), (1024, 1, 17),
            (31, 1, 4), (-1, 1, 1), (Int.max, 1, 1), (64, Int.max, 1), (64, 1, Int.max),
        ] {
            #expect(
                Argon2Parameters(memoryKiB: memory, iterations: iterations, parallelism: lanes)
                    == nil)
        }
        #expect(Argon2Parameters(memoryKiB: 262_144, iterations: 16, parallelism: 16) != nil)
        #expect(Argon2Parameters(memoryKiB: 8, iterations: 1, parallelism: 1) != nil)
    }

    @Test(
        "hashes cost the same whatever their salt, and other parameters cost another time",
        arguments: [
            ("argon2$argon2id$v=19$m=8,t=1,p=1$YWJjZGVmZ2hpamtsbW5vcA$", "m=8,t=2,p=1"),
            ("pbkdf2_sha256$1000$abcdefgh$", "2000$"),
        ])
    func cost(head: String, other: String) throws {
        let digest = Base64.encode(
            Array(repeating: 7, count: 32), padding: head.hasPrefix("a") ? .forbidden : .required)
        let hash = try #require(PasswordHash(encoded: head + digest))
        let sameCost = try #require(
            PasswordHash(
                encoded: head.replacing("abcdefgh", with: "hgfedcba").replacing(
                    "YWJj", with: "cWJj")
                    + digest))
        let otherCost = try #require(
            PasswordHash(
                encoded: head.replacing("m=8,t=1,p=1", with: other).replacing("1000$", with: other)
                    + digest))
        #expect(hash.cost == sameCost.cost)
        #expect(hash.cost != otherCost.cost)
        #expect(!hash.cost.contains("abcd"))
    }
}
