import Auth
import AuthStore
import Cryptography
import MariaDB
import Testing

@Suite("What an administrator reads about users")
struct UserReadingTests {
    @Test(
        "a user is found by name, address and number, in every spelling that is compared alike",
        arguments: [
            "ada", "ADA", "ａｄａ", "name:Ada", "Ada@Example.ORG", "email:ada@example.org", "1",
            "id:1",
        ])
    func finds(_ text: String) throws {
        try AdministrationWorkplace.with { place in
            try place.register("ada")
            try place.register("bob")
            let reference = try #require(UserReference(text))
            #expect(try place.store.matches(reference).map(\.username) == ["ada"])
        }
    }

    @Test(
        "nobody is found by a name, an address or a number that no user has",
        arguments: ["adaa", "id:2", "email:ada@example.net", "name:1", "2", "ada@example.org."])
    func findsNobody(_ text: String) throws {
        try AdministrationWorkplace.with { place in
            try place.register("ada")
            let found = try UserReference(text).map { try place.store.matches($0) } ?? []
            #expect(found.map(\.username) == [])
        }
    }

    @Test("a text that is the number of one user and the name of another finds both")
    func findsSeveral() throws {
        try AdministrationWorkplace.with { place in
            try place.register("ada")
            try place.register("1", email: "one@example.org")
            try place.register("ada@example.org", email: "other@example.org")
            for (text, names) in [
                ("1", ["1", "ada"]), ("ada@example.org", ["ada", "ada@example.org"]),
                ("id:1", ["ada"]), ("name:1", ["1"]), ("email:ada@example.org", ["ada"]),
            ] {
                let reference = try #require(UserReference(text))
                #expect(try place.store.matches(reference).map(\.username).sorted() == names)
            }
        }
    }

    @Test("a record has everything but the hash")
    func record() throws {
        let field = CustomField(
            name: "newsletter", kind: .boolean, isRequired: false, isSetAtRegistration: false,
            isInAccessToken: false)
        try AdministrationWorkplace.with(
            fields: [field], columns: "ALTER TABLE users ADD newsletter BOOLEAN NULL"
        ) { place in
            let hash = try PasswordHash.argon2id(
                Array("secret".utf8), salt: [UInt8](repeating: 7, count: 16),
                in: HashingWorkspace()
            ).encoded
            try place.register("ada")
            try place.run("UPDATE users SET password = \(hash), newsletter = TRUE")
            let reference = try #require(UserReference("ada"))
            let user = try #require(try place.store.matches(reference).first)
            #expect(user.email == "ada@example.org")
            #expect(user.isActive == false)
            #expect(user.emailVerified == nil)
            #expect(user.joined == AdministrationWorkplace.now.advanced(seconds: -3600))
            #expect(user.passwordForm == .hashed(algorithm: "argon2"))
            #expect(user.customFields.map(\.value) == [.boolean(true)])
            var dumped = ""
            dump(user, to: &dumped)
            #expect(!dumped.contains("$"))
        }
    }

    @Test("a list is filtered by state and by a part of name or address, whatever its characters")
    func lists() throws {
        try AdministrationWorkplace.with { place in
            try place.register("ada", email: "one@Example.org")
            try place.register("b_b", email: "two@example.net")
            try place.register("bab", email: "three@example.net")
            try place.run("UPDATE users SET is_active = TRUE WHERE username = 'b_b'")
            func names(_ change: (inout AdministrationStore.UserQuery) -> Void) throws -> [String] {
                var query = AdministrationStore.UserQuery()
                change(&query)
                return try place.store.users(query).map(\.username)
            }
            #expect(try names { _ in } == ["ada", "b_b", "bab"])
            #expect(try names { $0.isActive = true } == ["b_b"])
            #expect(try names { $0.isActive = false } == ["ada", "bab"])
            #expect(try names { $0.search = "EXAMPLE.NET" } == ["b_b", "bab"])
            #expect(try names { $0.search = "ADA" } == ["ada"])
            #expect(try names { $0.search = "b_b" } == ["b_b"])
            #expect(try names { $0.search = "%" } == [])
            #expect(try names { $0.search = "!" } == [])
            #expect(try names { $0.search = "\\" } == [])
            #expect(try names { $0.search = "ä" } == [])
            #expect(try names { $0.limit = 1 } == ["ada"])
            #expect(try names { $0.after = 1 } == ["b_b", "bab"])
        }
    }

    @Test("of the links of a user those are open that would still work")
    func openLinks() throws {
        try AdministrationWorkplace.with { place in
            let user = try place.register("ada")
            let now = AdministrationWorkplace.now
            func purposes(at moment: Instant) throws -> [String] {
                try place.store.openLinks(of: user, at: moment).map(\.purpose)
            }
            #expect(try purposes(at: now) == ["verify_email"])
            #expect(try purposes(at: now.advanced(seconds: 259_200)) == [])
            try place.run("UPDATE one_time_tokens SET email_key = 'old@example.org'")
            #expect(try purposes(at: now) == [])
            try place.run(
                "UPDATE one_time_tokens SET email_key = 'ada@example.org', used_at = UTC_TIMESTAMP()"
            )
            #expect(try purposes(at: now) == [])
        }
    }
}
