import Auth
import Testing

@Suite("How an administrator names a user")
struct UserReferenceTests {
    @Test("a text without a prefix is taken for all that it can be")
    func allWays() throws {
        let name = try #require(UserReference("Ada"))
        #expect(name.usernameKey == "ada")
        #expect(name.emailKey == nil)
        #expect(name.id == nil)
        let address = try #require(UserReference("Ada@Example.org"))
        #expect(address.usernameKey == "ada@example.org")
        #expect(address.emailKey == "ada@example.org")
        let number = try #require(UserReference("42"))
        #expect(number.usernameKey == "42")
        #expect(number.id == UserID(42))
    }

    @Test("a prefix says which way is meant")
    func prefixes() throws {
        let id = try #require(UserReference("id:42"))
        #expect(id.id == UserID(42))
        #expect(id.usernameKey == nil)
        let name = try #require(UserReference("name:42"))
        #expect(name.usernameKey == "42")
        #expect(name.id == nil)
        let address = try #require(UserReference("email:ada@example.org"))
        #expect(address.emailKey == "ada@example.org")
        #expect(address.usernameKey == nil)
    }

    @Test(
        "a text that names nobody is none",
        arguments: ["", "id:", "id:x", "id:0", "id:-1", "email:", "email:ada", "name:"])
    func refuses(_ text: String) {
        #expect(UserReference(text) == nil)
    }
}

@Suite("In which form a password is kept")
struct PasswordFormTests {
    @Test(
        "the algorithm is named, and nothing else of the hash",
        arguments: [
            ("!", PasswordForm.unusable), ("!0a1b2c", .unusable), ("", .unknown),
            ("plain text", .unknown), ("argon2$x", .unknown),
            (
                "pbkdf2_sha256$1000$salt$AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=",
                .hashed(algorithm: "pbkdf2_sha256")
            ), ("0123456789abcdef0123456789abcdef", .hashed(algorithm: "md5")),
        ])
    func forms(_ encoded: String, _ form: PasswordForm) {
        #expect(PasswordForm(encoded: encoded) == form)
    }
}
