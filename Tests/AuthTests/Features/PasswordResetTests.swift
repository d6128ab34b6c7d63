import AuthTesting
import Testing

@testable import Auth

@Suite("password reset")
struct PasswordResetTests {
    /// What a confirmation came to.
    private enum Verdict: Equatable {
        case done, link
        case password([PasswordFault])
    }

    private func request(_ email: String, in place: FeatureWorkplace) throws {
        try place.reset.request(
            for: try #require(EmailAddress(email)), store: place.store,
            context: TestTokens.context())
    }

    private func secret(in place: FeatureWorkplace) throws -> String {
        try #require(place.store.lastSecret(.passwordReset, keys: place.keys))
    }

    private func confirm(
        _ user: String, _ token: String, _ password: String = "battery staple",
        in place: FeatureWorkplace, after seconds: Int64 = 0
    ) throws -> Verdict {
        let context = TestTokens.context(at: TestTokens.now.advanced(seconds: seconds))
        do {
            let attempt = try place.reset.begin(
                uidb64: user, token: token, password: Password(password), store: place.store,
                context: context)
            guard case .made(let hash) = try place.perform(attempt.work) else {
                throw TokenFault.invalid
            }
            try place.reset.finish(
                attempt, passwordHash: hash, store: place.store, context: context)
            return .done
        } catch let error as PasswordReset.Failure {
            switch error {
            case .link: return .link
            case .password(let faults): return .password(faults)
            case .store: throw error
            }
        }
    }

    @Test("a link sets one password, and ends every session and itself")
    func once() throws {
        let place = try FeatureWorkplace()
        let user = try place.addUser()
        let session = try place.logIn().refresh
        try request("ADA@example.ORG", in: place)
        let secret = try secret(in: place)
        #expect(try confirm(user.uidb64, secret, in: place) == .done)
        #expect(try place.refusal("ada", password: "battery staple") == nil)
        #expect(try place.refusal("ada", password: "correct horse") == .wrongPassword)
        #expect(try confirm(user.uidb64, secret, "another one", in: place) == .link)
        let error = try #require(throws: TokenRefresh.Failure.self) {
            try TokenRefresh(issuer: place.issuer).refresh(
                session, store: place.store, context: TestTokens.context())
        }
        guard case .refused(.sessionEnded, _) = error else { throw error }
        // Within the same second, too, a new session is a good one.
        _ = try TokenRefresh(issuer: place.issuer).refresh(
            try place.logIn(password: "battery staple").refresh, store: place.store,
            context: TestTokens.context())
    }

    @Test("the owner is told once that the password was changed, if the setting says so")
    func notice() throws {
        var place = try FeatureWorkplace()
        for sends in [true, false] {
            place.sendsNotice = sends
            let name = sends ? "ada" : "bob"
            let user = try place.addUser(name)
            try request("\(name)@example.org", in: place)
            let secret = try secret(in: place)
            #expect(try confirm(user.uidb64, secret, "123", in: place) != .done)
            #expect(place.store.notices == (sends ? [] : ["ada@example.org"]))
            #expect(try confirm(user.uidb64, secret, in: place) == .done)
            #expect(try confirm(user.uidb64, secret, "another one", in: place) == .link)
        }
        #expect(place.store.notices == ["ada@example.org"])
    }

    @Test("nobody else gets a link, and the store is asked all the same")
    func nobody() throws {
        let place = try FeatureWorkplace()
        try place.addUser("bob", isActive: false)
        for email in ["nobody@example.org", "bob@example.org"] { try request(email, in: place) }
        #expect(place.store.links.isEmpty)
        #expect(place.store.resetRequests == 2)
    }

    @Test("a new request voids the older link")
    func newest() throws {
        let place = try FeatureWorkplace()
        let user = try place.addUser()
        try request("ada@example.org", in: place)
        let old = try secret(in: place)
        try request("ada@example.org", in: place)
        let new = try secret(in: place)
        #expect(old != new)
        #expect(try confirm(user.uidb64, old, in: place) == .link)
        #expect(try confirm(user.uidb64, new, in: place) == .done)
    }

    @Test("a link is good until its time is over")
    func time() throws {
        let place = try FeatureWorkplace()
        let user = try place.addUser()
        try request("ada@example.org", in: place)
        let secret = try secret(in: place)
        let lifetime = place.linkLifetime
        #expect(try confirm(user.uidb64, secret, in: place, after: lifetime) == .link)
        #expect(try confirm(user.uidb64, secret, in: place, after: lifetime - 1) == .done)
    }

    @Test("every other user part or secret is refused")
    func wrong() throws {
        let place = try FeatureWorkplace()
        let user = try place.addUser("ada")
        let other = try place.addUser("bob")
        try request("ada@example.org", in: place)
        let secret = try secret(in: place)
        let verification = place.registration
        let attempt = try verification.begin(
            .init(
                username: "eve", email: "eve@example.org", password: Password("correct horse"),
                customFields: []), store: place.store, context: TestTokens.context())
        _ = try verification.finish(
            attempt, passwordHash: "!", store: place.store, context: TestTokens.context())
        let forVerifying = try #require(place.store.lastSecret(.verifyEmail, keys: place.keys))
        for (uid, token) in [
            (other.uidb64, secret), ("", secret), ("MQ==", secret), ("\0", secret),
            (user.uidb64, ""), (user.uidb64, "x"), (user.uidb64, secret + "A"),
            (user.uidb64, String(secret.reversed())), (UserID(3).uidb64, forVerifying),
            ("_w", secret), (user.uidb64, "d8ary8-648ff2bf8bc1f896d013f9c2996b6e6b"),
        ] {
            #expect(try confirm(uid, token, in: place) == .link, "\(uid) \(token)")
        }
        #expect(try confirm(user.uidb64, secret, in: place) == .done)
    }

    @Test("the password is looked at first, and once more with what the link tells")
    func password() throws {
        let place = try FeatureWorkplace()
        let user = try place.addUser("lovelace")
        #expect(
            try confirm("x", "y", "123", in: place)
                == .password([.tooShort(minimum: 8), .entirelyNumeric]))
        #expect(try confirm("x", "y", "lovelace1", in: place) == .link)
        try request("lovelace@example.org", in: place)
        let secret = try secret(in: place)
        #expect(
            try confirm(user.uidb64, secret, "lovelace1", in: place)
                == .password([.tooSimilar(.username)]))
        #expect(try confirm(user.uidb64, secret, in: place) == .done)
    }

    @Test("of two that use a link at once one sets the password")
    func race() throws {
        let place = try FeatureWorkplace()
        let user = try place.addUser()
        try request("ada@example.org", in: place)
        let secret = try secret(in: place)
        place.store.beforeWriting = { store in
            let digest = store.links.last?.token.digest ?? []
            _ = try? store.resetPassword(
                user: user, digest: digest, passwordHash: "!first", notice: nil,
                context: TestTokens.context())
        }
        #expect(try confirm(user.uidb64, secret, in: place) == .link)
        #expect(place.store.accounts[user]?.passwordHash == "!first")
    }
}
