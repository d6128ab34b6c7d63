import Auth
import AuthStore
import MariaDB
import Testing

@Suite("Purging of accounts that were never verified")
struct UnverifiedAccountTests {
    private static let now = AdministrationWorkplace.now
    private static let longAgo = now.advanced(seconds: -40 * 86400)

    private static func purge(
        _ place: AdministrationWorkplace, days: Int = 30, batchSize: Int = 1000
    ) -> Purge {
        Purge(
            place.settings,
            rule: PurgeRule(at: now, mailDays: 14, auditDays: 365, unverifiedDays: days),
            pace: PurgePace(batchSize: batchSize, hurries: true), context: place.context,
            sleep: { _ in })
    }

    private static func names(_ place: AdministrationWorkplace) throws -> [String] {
        try place.connection.query("SELECT username FROM users ORDER BY id").map { try $0.text(0) }
    }

    @Test(
        "one who registered long ago and never opened a link goes, with links, mails and an event")
    func removes() throws {
        try AdministrationWorkplace.with { place in
            let user = try place.register("ada", at: Self.longAgo)
            try place.register("bob", at: Self.now)
            #expect(try Self.purge(place).count(.unverifiedAccounts) == 1)
            #expect(try Self.purge(place).remove(.unverifiedAccounts) == 1)
            #expect(try Self.names(place) == ["bob"])
            #expect(try place.number("SELECT COUNT(*) FROM mail_outbox") == 1)
            #expect(
                try place.events(of: user)
                    == ["user_registered client", "user_deleted never_verified grace"])
        }
    }

    @Test("with 0 days nobody goes")
    func keepsAll() throws {
        try AdministrationWorkplace.with { place in
            try place.register("ada", at: Self.longAgo)
            #expect(try Self.purge(place, days: 0).count(.unverifiedAccounts) == 0)
            #expect(try Self.purge(place, days: 0).remove(.unverifiedAccounts) == 0)
            #expect(try Self.names(place) == ["ada"])
        }
    }

    typealias Life = @Sendable (AdministrationWorkplace, UserID) throws -> Void

    /// What keeps an account, by the reason.
    static let lives: [(reason: String, life: Life)] = [
        ("it was activated", { _ = try $0.store.activate($1, context: $0.context) }),
        (
            "it was active and is locked out",
            {
                _ = try $0.store.activate($1, context: $0.context)
                _ = try $0.store.deactivate($1, context: $0.context)
            }
        ), ("it was locked out", { _ = try $0.store.deactivate($1, context: $0.context) }),
        (
            "it was verified",
            { place, _ in
                try place.run("UPDATE users SET email_verified_at = '2026-05-01', is_active = TRUE")
            }
        ),
        (
            "it was verified and is inactive",
            { place, _ in
                try place.run("UPDATE users SET email_verified_at = '2026-05-01'")
            }
        ),
        (
            "it logged in once",
            { place, _ in
                try place.run("UPDATE users SET last_login = '2026-05-01'")
            }
        ),
        ("it came from another system", { place, _ in try place.run("DELETE FROM audit_events") }),
        (
            "it has a link that works",
            { place, user in
                _ = try place.store.resendVerification(
                    to: user, token: place.token(), context: place.context)
            }
        ),
    ]

    @Test("an account stays when it is inactive for another reason", arguments: 0..<8)
    func keeps(_ index: Int) throws {
        let (reason, life) = Self.lives[index]
        try AdministrationWorkplace.with { place in
            let user = try place.register("ada", at: Self.longAgo)
            try life(place, user)
            #expect(try Self.purge(place).count(.unverifiedAccounts) == 0, "\(reason)")
            #expect(try Self.purge(place).remove(.unverifiedAccounts) == 0, "\(reason)")
            #expect(try Self.names(place) == ["ada"], "\(reason)")
        }
    }

    @Test("one that an administrator made stays")
    func keepsMade() throws {
        try AdministrationWorkplace.with { place in
            _ = try place.store.create(
                try place.newUser("ada"), verification: place.token(at: Self.longAgo),
                context: RequestContext(now: Self.longAgo))
            #expect(try Self.purge(place).remove(.unverifiedAccounts) == 0)
        }
    }

    @Test("accounts are walked through in stretches, also where most of a stretch stays")
    func stretches() throws {
        try AdministrationWorkplace.with { place in
            for number in 1...10 {
                try place.register("user\(number)", at: number % 3 == 0 ? Self.longAgo : Self.now)
            }
            // More than two stretches of others.
            try place.run(
                """
                INSERT INTO users (username, username_key, email, email_key, password, is_active,
                    date_joined)
                SELECT CONCAT('m', seq), CONCAT('m', seq), CONCAT('m', seq, '@example.org'),
                    CONCAT('m', seq, '@example.org'), '!', TRUE, '2020-01-01' FROM seq_1_to_450
                """)
            try place.register("last", at: Self.longAgo)
            #expect(try Self.purge(place, batchSize: 2).remove(.unverifiedAccounts) == 4)
            #expect(try place.number("SELECT COUNT(*) FROM users") == 457)
        }
    }
}
