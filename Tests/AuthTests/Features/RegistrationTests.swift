import AuthTesting
import Testing

@testable import Auth

@Suite("registration and verification")
struct RegistrationTests {
    private func input(
        _ username: String? = "Ada", _ email: String? = "Ada@EXAMPLE.org",
        _ password: String? = "correct horse"
    ) -> Registration.Input {
        Registration.Input(
            username: username, email: email, password: password.map(Password.init),
            customFields: [])
    }

    private func register(
        _ input: Registration.Input, in place: FeatureWorkplace
    ) throws -> Registration.Outcome {
        let attempt = try place.registration.begin(
            input, store: place.store, context: TestTokens.context())
        guard case .made(let hash) = try place.perform(attempt.work) else {
            throw TokenFault.invalid
        }
        return try place.registration.finish(
            attempt, passwordHash: hash, store: place.store, context: TestTokens.context())
    }

    private func refusal(
        _ input: Registration.Input, in place: FeatureWorkplace
    ) throws -> Registration.Refusal {
        let error = try #require(throws: Registration.BeginError.self) {
            try register(input, in: place)
        }
        guard case .refused(let refusal) = error else { throw error }
        return refusal
    }

    @Test("an account is inactive until its link is opened, and stays active when it is again")
    func lifecycle() throws {
        let place = try FeatureWorkplace()
        let outcome = try register(input(), in: place)
        #expect(outcome.username == "Ada")
        #expect(outcome.email == "Ada@example.org")
        #expect(try place.refusal("ada", password: "correct horse") == .inactive)

        let secret = try #require(place.store.lastSecret(.verifyEmail, keys: place.keys))
        let verification = place.verification
        func open(_ token: String, isReadOnly: Bool = false, after seconds: Int64 = 0) throws
            -> Bool
        {
            try verification.open(
                token, isReadOnly: isReadOnly, store: place.store,
                context: TestTokens.context(at: TestTokens.now.advanced(seconds: seconds))) != nil
        }
        #expect(try open(secret, isReadOnly: true))
        #expect(try place.refusal("ada", password: "correct horse") == .inactive)
        #expect(try open(secret) && open(secret))
        #expect(try place.refusal("ada", password: "correct horse") == nil)

        for wrong in ["", "x", String(secret.reversed()), secret + "A", secret.lowercased() + "="] {
            #expect(try !open(wrong) && !open(wrong, isReadOnly: true))
        }
        #expect(try open(secret, after: place.linkLifetime - 1))
        #expect(try !open(secret, after: place.linkLifetime))
        #expect(try !open(secret, isReadOnly: true, after: place.linkLifetime))
    }

    @Test("all faults of all fields are found together")
    func together() throws {
        let place = try FeatureWorkplace()
        let refusal = try refusal(input("a b", "nobody", "1234"), in: place)
        #expect(refusal.username == [.invalid])
        #expect(refusal.email == [.invalid])
        #expect(refusal.password == [.tooShort(minimum: 8), .entirelyNumeric])
        #expect(place.store.accounts.isEmpty && place.store.links.isEmpty)
    }

    @Test(
        "names are told what is wrong with them, in the order of the replaced system",
        arguments: [
            (String(repeating: "a", count: 151), [.tooLong]),
            (String(repeating: " b", count: 80), [.invalid, .tooLong]),
            ("a\0b", [.invalid, .nullCharacter]),
            (String(repeating: "a", count: 151) + "\0", [.invalid, .tooLong, .nullCharacter]),
            ("a b", [.invalid]), ("\u{1F600}", [.invalid]),
        ] as [(String, [Registration.UsernameFault])])
    func usernames(typed: String, faults: [Registration.UsernameFault]) throws {
        let place = try FeatureWorkplace()
        #expect(try refusal(input(typed), in: place).username == faults)
    }

    @Test(
        "addresses are told what is wrong with them",
        arguments: [
            ("nobody", [.invalid]), ("a\0@b.cd", [.nullCharacter, .invalid]),
            (String(repeating: "a", count: 255), [.tooLong, .invalid]),
            (String(repeating: "a", count: 65) + "@b.cd", [.invalid]),
        ] as [(String, [Registration.EmailFault])])
    func emails(typed: String, faults: [Registration.EmailFault]) throws {
        let place = try FeatureWorkplace()
        #expect(try refusal(input("ada", typed), in: place).email == faults)
    }

    @Test("what was found faulty before is not judged again, and the rest still is")
    func faultyBefore() throws {
        let place = try FeatureWorkplace()
        try place.addUser("ada")
        #expect(try refusal(input(nil, nil, nil), in: place) == Registration.Refusal())
        let rest = try refusal(input(nil, "ada@example.org", nil), in: place)
        #expect(rest.email == [.taken] && rest.username.isEmpty && rest.password.isEmpty)
        var custom = input()
        custom.username = "bob"
        custom.email = "bob@example.org"
        custom.customFields = nil
        #expect(try refusal(custom, in: place) == Registration.Refusal())
    }

    @Test("a name and an address that are taken are told, whatever their case, beside other faults")
    func taken() throws {
        let place = try FeatureWorkplace()
        try place.addUser("ada")
        let refusal = try refusal(input("ADA", "ADA@Example.ORG", "short"), in: place)
        #expect(refusal.username == [.taken])
        #expect(refusal.email == [.taken])
        #expect(refusal.password == [.tooShort(minimum: 8)])
    }

    @Test("of two that take a name at once one is refused when it writes")
    func race() throws {
        let place = try FeatureWorkplace()
        place.store.beforeWriting = { $0.add("ada", email: "first@example.org") }
        let refusal = try refusal(input(), in: place)
        #expect(refusal.username == [.taken] && refusal.email.isEmpty)
        #expect(place.store.accounts.count == 1 && place.store.links.isEmpty)
    }

    @Test("a password that resembles what was typed as name or address is refused")
    func similar() throws {
        let place = try FeatureWorkplace()
        #expect(
            try refusal(input("lovelace", "x@example.org", "lovelace1"), in: place).password
                == [.tooSimilar(.username)])
        #expect(
            try refusal(input("a b", "lovelace@example.org", "lovelace1"), in: place).password
                == [.tooSimilar(.email)])
        #expect(
            try refusal(input("x", "y@example.org", "PassWord1"), in: place).password
                == [.tooCommon])
    }

    @Test("good registrations are counted, and too many from one network are told")
    func throttled() throws {
        var place = try FeatureWorkplace()
        place.limits.registrationsPerNetwork = 1
        _ = try refusal(input("a b"), in: place)
        _ = try register(input(), in: place)
        #expect(try refusal(input("a b"), in: place).username == [.invalid])
        let error = try #require(throws: Registration.BeginError.self) {
            try register(input("bob", "bob@example.org"), in: place)
        }
        guard case .throttled(let throttled) = error else { throw error }
        #expect(throttled.retryAfter == 3600)
        place.limits.isEnabled = false
        _ = try register(input("bob", "bob@example.org"), in: place)
    }

    @Test("the password is hashed as it was typed")
    func exactPassword() throws {
        let place = try FeatureWorkplace()
        _ = try register(input("ada", "ada@example.org", " correct horse "), in: place)
        place.store.accounts[UserID(1)]?.isActive = true
        #expect(try place.refusal("ada", password: " correct horse ") == nil)
        #expect(try place.refusal("ada", password: "correct horse") == .wrongPassword)
    }

    @Test(
        "where addresses are hidden, one that is taken leads to a notice and an account of nobody")
    func hidden() throws {
        var place = try FeatureWorkplace()
        place.hidesTakenAddresses = true
        let owner = try place.addUser("ada")
        let before = place.store.accounts[owner]?.passwordHash
        let outcome = try register(input("eve", "ADA@example.org"), in: place)
        #expect((outcome.username, outcome.email) == ("eve", "ADA@example.org"))
        #expect(place.store.notices == ["ada@example.org"])
        #expect(place.store.links.isEmpty)
        #expect(place.store.accounts[owner]?.passwordHash == before)
        #expect(place.store.accounts.values.filter { $0.emailKey == "ada@example.org" }.count == 1)
        // The name is taken as by any registration: otherwise a second one would tell.
        #expect(try refusal(input("eve", "eve@example.org"), in: place).username == [.taken])
        #expect(try refusal(input("ADA", "ada@example.org"), in: place).email.isEmpty)
    }
}
