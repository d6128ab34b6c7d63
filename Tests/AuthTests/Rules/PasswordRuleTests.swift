import Auth
import Foundation
import Testing

/// A password and an attribute, judged by `UserAttributeSimilarityValidator` of Django 5.2.
struct DjangoSimilarity: Decodable {
    let password: String
    let attribute: String
    let isSimilar: Bool

    static func all() throws -> [DjangoSimilarity] {
        let file = try #require(
            Bundle.module.url(
                forResource: "django-5.2-similarity", withExtension: "json",
                subdirectory: "Vectors"))
        return try JSONDecoder().decode([DjangoSimilarity].self, from: Data(contentsOf: file))
    }
}

@Suite("what a new password must be")
struct PasswordRuleTests {
    private func rule(common: String = "") throws -> PasswordRule {
        let list = try #require(CommonPasswordList(contentsOf: Array(common.utf8)))
        return PasswordRule(policy: PasswordPolicy(), commonPasswords: list)
    }

    private func faults(
        _ text: String, username: String? = nil, email: String? = nil
    ) throws -> [PasswordFault] {
        try rule().faults(of: Password(text), username: username, email: email)
    }

    @Test("a password resembles an attribute exactly when Django says so")
    func similarity() throws {
        let cases = try DjangoSimilarity.all()
        #expect(cases.count > 30)
        for one in cases {
            let found = try faults(one.password, username: one.attribute)
            #expect(
                found.contains(.tooSimilar(.username)) == one.isSimilar,
                "\(one.password) and \(one.attribute)")
            let foundInAddress = try faults(one.password, email: one.attribute)
            #expect(foundInAddress.contains(.tooSimilar(.email)) == one.isSimilar)
        }
    }

    @Test("of two attributes that it resembles only the name is told")
    func oneResemblance() throws {
        #expect(
            try faults("lovelace1", username: "lovelace", email: "lovelace@example.org")
                == [.tooSimilar(.username)])
        #expect(
            try faults("lovelace1", username: "ada", email: "lovelace@example.org")
                == [.tooSimilar(.email)])
    }

    @Test(
        "length counts Unicode scalars, from 8 to 128",
        arguments: [
            ("seven77", [.tooShort(minimum: 8)]), ("eightlet", []),
            ("\u{1F600}\u{1F601}\u{1F602}\u{1F603}\u{1F604}\u{1F605}\u{1F606}\u{1F607}", []),
            ("e\u{301}e\u{301}e\u{301}e\u{301}", []),
            (String(repeating: "kx", count: 64), []),
            (String(repeating: "kx", count: 64) + "k", [.tooLong(maximum: 128)]),
        ] as [(String, [PasswordFault])])
    func length(text: String, expected: [PasswordFault]) throws {
        #expect(try faults(text) == expected)
    }

    @Test("other lengths can be set")
    func policy() throws {
        var policy = PasswordPolicy()
        policy.lengthMinimum = 12
        policy.lengthMaximum = 64
        let list = try #require(CommonPasswordList(contentsOf: []))
        let rule = PasswordRule(policy: policy, commonPasswords: list)
        func faults(_ count: Int) -> [PasswordFault] {
            rule.faults(
                of: Password(String(repeating: "k", count: count)), username: nil, email: nil)
        }
        #expect(faults(11) == [.tooShort(minimum: 12)])
        #expect(faults(12) == [] && faults(64) == [])
        #expect(faults(65) == [.tooLong(maximum: 64)])
    }

    @Test(
        "digits alone make no password, of whatever script, as Python's isdigit tells",
        arguments: [
            ("12345678", true), ("１２３４５６７８", true), ("٠١٢٣٤٥٦٧", true), ("²³¹²³¹²³", true),
            ("1234567a", false), ("1234 5678", false), ("-1234567", false), ("1234567.", false),
            ("½½½½½½½½", false), ("ⅧⅧⅧⅧⅧⅧⅧⅧ", false),
        ])
    func numeric(text: String, isNumeric: Bool) throws {
        #expect(try faults(text).contains(.entirelyNumeric) == isNumeric)
    }

    @Test("all faults are told together, in the order of Django")
    func together() throws {
        let rule = try rule(common: "1234567\n")
        #expect(
            rule.faults(of: Password("1234567"), username: "1234567", email: nil)
                == [
                    .tooSimilar(.username), .tooShort(minimum: 8), .tooCommon, .entirelyNumeric,
                ])
        let long = String(repeating: "1", count: 129) + "\0"
        #expect(
            rule.faults(of: Password(long), username: nil, email: nil)
                == [.tooLong(maximum: 128), .nullCharacter])
    }

    @Test(
        "every other character may stand in a password", arguments: [" ", "\n", "\u{FFFD}", "\""])
    func characters(text: String) throws {
        #expect(try faults(String(repeating: text, count: 8)) == [])
    }

    @Test("a password of a million characters is judged at once")
    func enormous() throws {
        let text = String(repeating: "ab", count: 500_000)
        #expect(try faults(text, username: "abab") == [.tooLong(maximum: 128)])
    }

    @Test("a name is compared as far as the longest address goes, however many words follow")
    func enormousName() throws {
        let beginning = String(repeating: "x ", count: 122)
        #expect(
            try faults("battery staple", username: "\(beginning)staplebattery")
                == [.tooSimilar(.username)])
        #expect(try faults("battery staple", username: "\(beginning)xxxxxxxxx staplebattery") == [])
    }
}
