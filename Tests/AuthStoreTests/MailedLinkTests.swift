@testable import Auth
import AuthStore
import MariaDB
import Testing

@Suite("the link of a mail in the database")
struct MailedLinkTests {
    private static let now = AdministrationWorkplace.now

    /// An active user who has asked for a new password.
    private static func withReset(
        _ body: (AdministrationWorkplace, UserID, MailedToken) throws -> Void
    ) throws {
        try AdministrationWorkplace.with { place in
            let user = try place.register("ada")
            _ = try place.store.activate(user, context: place.context)
            let token = place.token(.passwordReset)
            try place.store.requests.requestPasswordReset(
                email: try #require(EmailAddress("ada@example.org")), token: token,
                limits: ThrottleLimits(), context: place.context)
            try body(place, user, token)
        }
    }

    /// A user who has registered.
    private static func withVerification(
        _ body: (AdministrationWorkplace, UserID, MailedToken) throws -> Void
    ) throws {
        try AdministrationWorkplace.with { place in
            let token = place.token()
            _ = try place.store.requests.register(
                try place.newUser("ada"), token: token, hidesTakenAddress: false,
                context: place.context)
            let user = UserID(try place.number("SELECT id FROM users"))
            try body(place, user, token)
        }
    }

    /// Whether a link shows whose it is, and sets a password.
    private static func resets(
        _ place: AdministrationWorkplace, _ user: UserID, _ token: MailedToken,
        at moment: Instant = now
    ) throws -> [Bool] {
        let requests = place.store.requests
        let facts = try requests.passwordResetFacts(user: user, digest: token.digest, at: moment)
        let isSet = try requests.resetPassword(
            user: user, digest: token.digest, passwordHash: "!new", notice: nil,
            context: RequestContext(now: moment))
        let isNew = try place.number("SELECT password = '!new' FROM users") == 1
        return [facts != nil, isSet, isNew]
    }

    /// Whether a link shows whose it is, is taken, and makes the account active.
    private static func verifies(
        _ place: AdministrationWorkplace, _ token: MailedToken, at moment: Instant = now
    ) throws -> [Bool] {
        let requests = place.store.requests
        let facts = try requests.verificationFacts(digest: token.digest, at: moment)
        let user = try requests.verifyEmail(
            digest: token.digest, context: RequestContext(now: moment))
        let isVerified =
            try place.number("SELECT email_verified_at IS NOT NULL FROM users") == 1
        return [facts != nil, user != nil, isVerified]
    }

    @Test("resets a password until it expires, and not from then on", arguments: [-1, 0, 3600])
    func resetExpires(seconds: Int64) throws {
        try Self.withReset { place, user, token in
            let moment = token.expires.advanced(seconds: seconds)
            let isGood = seconds < 0
            let did = try Self.resets(place, user, token, at: moment)
            #expect(did == [isGood, isGood, isGood])
        }
    }

    @Test("verifies an address until it expires, and not from then on", arguments: [-1, 0, 3600])
    func verificationExpires(seconds: Int64) throws {
        try Self.withVerification { place, _, token in
            let moment = token.expires.advanced(seconds: seconds)
            let isGood = seconds < 0
            let did = try Self.verifies(place, token, at: moment)
            #expect(did == [isGood, isGood, isGood])
        }
    }

    @Test("does nothing any more when the account has another address")
    func boundToAddress() throws {
        let change: @Sendable (AdministrationWorkplace) throws -> Void = { place in
            try place.run(
                "UPDATE users SET email = 'eve@example.org', email_key = 'eve@example.org'")
        }
        try Self.withReset { place, user, token in
            try change(place)
            let did = try Self.resets(place, user, token)
            #expect(did == [false, false, false])
        }
        try Self.withVerification { place, _, token in
            try change(place)
            let did = try Self.verifies(place, token)
            #expect(did == [false, false, false])
        }
    }

    @Test("does only what it was made for, although it was never used")
    func purposes() throws {
        try Self.withVerification { place, user, token in
            _ = try place.store.activate(user, context: place.context)
            let did = try Self.resets(place, user, token)
            #expect(did == [false, false, false])
        }
        try Self.withReset { place, _, token in
            let did = try Self.verifies(place, token)
            #expect(did == [false, false, false])
        }
    }
}
