import Cryptography
import Testing

@Suite("stored text that is no password hash")
struct PasswordHashRefusalTests {
    private static let pbkdf2 = "$9ImbCVukwSmVdcLJ5x74y0tdcoi11qSyR8wBrUEoF+o="
    private static let salt = "YWJjZGVmZ2hpamtsbW5vcHFyc3R1dg"
    private static let argon2 = "\(salt)$O5bVEnj257ixK+gvSHh1B+1CoDuDKJ/2tmkR/bW8YTw"
    private static let scrypt =
        "AsmDVxzM8oE3Mf+aHjOBOKBUQOkqxd4BmIbiXrE17D3HzJyZSmWcv3Iyf2S4VVwTpo23Jt9lK5shtLUQMjiT9Q=="
    private static let bcrypt = "abcdefghijklmnopqrstuuJ4xECC1nK.XBKZ39.3U0wnr5XrSS20y"

    @Test(
        "unusable, unknown and empty text",
        arguments: [
            "", "!", "!abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNO", "$", "$$$", "plain",
            "unknown$1$a$b",
            "ARGON2$argon2id$v=19$m=64,t=1,p=1$\(argon2)", "pbkdf2_sha512$1000$salt\(pbkdf2)",
            " pbkdf2_sha256$1000$salt\(pbkdf2)", "pbkdf2_sha256$1000$salt\(pbkdf2)\n",
            "md5$" + String(repeating: "s", count: 300) + "$97e600b50d33d14454eeb26ede5bb204",
        ])
    func refusesUnknown(encoded: String) {
        #expect(PasswordHash(encoded: encoded) == nil)
    }

    @Test(
        "PBKDF2 with other fields than it needs",
        arguments: [
            "0$salt\(pbkdf2)", "-1$salt\(pbkdf2)", "10000001$salt\(pbkdf2)", "01$salt\(pbkdf2)",
            "99999999999999999999$salt\(pbkdf2)", "+1$salt\(pbkdf2)", "1e3$salt\(pbkdf2)",
            "1000$\(pbkdf2)", "1000$salt", "1000$salt\(pbkdf2)$", "1000$salt$", "1000$salt$AAAA",
            "1000$salt$9ImbCVukwSmVdcLJ5x74y0tdcoi11qSyR8wBrUEoF+o",
            "1000$salt$9ImbCVukwSmVdcLJ5x74y0tdcoi11qSyR8wBrUEoF-o=",
            "1000$salt$k1bJZzDlKGLRMWSX+V0cFe52diw=",
        ])
    func refusesPBKDF2(fields: String) {
        #expect(PasswordHash(encoded: "pbkdf2_sha256$" + fields) == nil)
    }

    @Test(
        "Argon2 with a cost out of bounds, or in another form",
        arguments: [
            "argon2id$v=19$m=262145,t=1,p=1$\(argon2)", "argon2id$v=19$m=4194304,t=1,p=1$\(argon2)",
            "argon2id$v=19$m=64,t=17,p=1$\(argon2)", "argon2id$v=19$m=1024,t=1,p=17$\(argon2)",
            "argon2id$v=19$m=7,t=1,p=1$\(argon2)", "argon2id$v=19$m=64,t=0,p=1$\(argon2)",
            "argon2id$v=19$m=64,t=1,p=0$\(argon2)", "argon2id$v=16$m=64,t=1,p=1$\(argon2)",
            "argon2id$m=64,t=1,p=1$\(argon2)", "argon2x$v=19$m=64,t=1,p=1$\(argon2)",
            "argon2id$v=19$t=1,m=64,p=1$\(argon2)", "argon2id$v=19$m=64,t=1,p=1,data=AA$\(argon2)",
            "argon2id$v=19$m=64,t=1$\(argon2)", "argon2id$v=19$m=64,t=1,p=1$\(argon2)=",
            "argon2id$v=19$m=64,t=1,p=1$\(salt)$", "argon2id$v=19$m=64,t=1,p=1$\(salt)$AAAA",
            "argon2id$v=19$m=64,t=1,p=1$YWJj$O5bVEnj257ixK+gvSHh1B+1CoDuDKJ/2tmkR/bW8YTw",
        ])
    func refusesArgon2(fields: String) {
        #expect(PasswordHash(encoded: "argon2$" + fields) == nil)
    }

    @Test(
        "scrypt with a cost out of bounds, or none that RFC 7914 allows",
        arguments: [
            "0$salt$8$1", "1$salt$8$1", "1000$salt$8$1", "524288$salt$8$1", "16384$salt$0$1",
            "16384$salt$8$0", "16384$salt$8$17", "262144$salt$8$5", "65536$salt$1$1",
            "999999999$salt$999999999$16", "2$salt$999999999$1", "16384$$8$1",
        ])
    func refusesScrypt(fields: String) {
        #expect(PasswordHash(encoded: "scrypt$\(fields)$" + Self.scrypt) == nil)
    }

    @Test(
        "bcrypt with a cost out of bounds, an unsafe variant or a damaged hash",
        arguments: [
            "$2b$17$\(bcrypt)", "$2b$03$\(bcrypt)", "$2b$99$\(bcrypt)", "$2b$5$\(bcrypt)",
            "$2b$012$\(bcrypt)", "$2x$12$\(bcrypt)", "$2$12$\(bcrypt)", "$2b$12$\(bcrypt)a",
            "$2b$12$" + bcrypt.dropLast(), "$2b$12$*" + bcrypt.dropFirst(), "2b$12$\(bcrypt)",
            "x$2b$12$\(bcrypt)",
        ])
    func refusesBcrypt(fields: String) {
        #expect(PasswordHash(encoded: "bcrypt$" + fields) == nil)
        #expect(PasswordHash(encoded: "bcrypt_sha256$" + fields) == nil)
    }

    @Test(
        "digests of another length or with other digits",
        arguments: [
            "md5$salt$97e600b50d33d14454eeb26ede5bb20", "md5$salt$",
            "md5$97e600b50d33d14454eeb26ede5bb204",
            "sha1$salt$97e600b50d33d14454eeb26ede5bb204", "97e600b50d33d14454eeb26ede5bb20g",
            "97e600b50d33d14454eeb26ede5bb20", "ffcc1f4541a6f2d4d206b5ab8e1423da13dee5cc",
            "crypt$$abhfCpXqd4Gr", "crypt$$abhfCpXqd4Gr!", "crypt$x$abhfCpXqd4GrI",
            "crypt$$$1$ab$abc",
        ])
    func refusesDigests(encoded: String) {
        #expect(PasswordHash(encoded: encoded) == nil)
    }

    @Test("a password that fits bcrypt's first 72 bytes is taken, as the replaced system took it")
    func bcryptReads72Bytes() throws {
        // crypt(3) over 72 times "a", cost 4.
        let encoded = "bcrypt$$2b$04$abcdefghijklmnopqrstuuBzzIgyKkz7xMWYSzkIjUSnxEQFQ0WNe"
        let hash = try #require(PasswordHash(encoded: encoded))
        let workspace = HashingWorkspace()
        for count in [72, 73, 600] {
            let password = [UInt8](repeating: 0x61, count: count)
            #expect(try hash.verify(password, in: workspace))
        }
        #expect(try !hash.verify([UInt8](repeating: 0x61, count: 71), in: workspace))
    }
}
