import Auth
import AuthStore
import MariaDB
import Testing

@Suite("What an administrator does with mails")
struct OutboxAdministrationTests {
    /// A user with one mail, given up after five attempts.
    private static func abandonedMail(_ place: AdministrationWorkplace) throws -> UserID {
        let user = try place.register("ada")
        try place.run(
            """
            UPDATE mail_outbox
            SET state = 'abandoned', attempts = 5, finished_at = '2026-06-01', last_error = 'no'
            """)
        return user
    }

    private static func mail(_ place: AdministrationWorkplace) throws -> [SQLValue] {
        let row = try place.connection.queryOne(
            "SELECT state, attempts, next_attempt_at, finished_at, last_error FROM mail_outbox")
        return row?.values ?? []
    }

    @Test("an abandoned mail is queued anew and due at once, with its attempts to come")
    func retries() throws {
        try AdministrationWorkplace.with { place in
            let user = try Self.abandonedMail(place)
            #expect(try place.store.retryMail(1, context: place.context) == .queued)
            let now = SQLValue.dateTime(unixMicroseconds: place.context.now.unixMicroseconds)
            #expect(
                try Self.mail(place) == [.text("queued"), .unsigned(0), now, .null, .text("no")])
            #expect(
                try place.events(of: user) == ["user_registered client", "mail_retried grace"])
        }
    }

    @Test("a mail that waits is due at once and keeps the count of its attempts")
    func hastens() throws {
        try AdministrationWorkplace.with { place in
            try place.register("ada")
            try place.run("UPDATE mail_outbox SET attempts = 3, next_attempt_at = '2026-06-09'")
            #expect(try place.store.retryMail(1, context: place.context) == .queued)
            let now = SQLValue.dateTime(unixMicroseconds: place.context.now.unixMicroseconds)
            #expect(try Array(Self.mail(place)[1...2]) == [.unsigned(3), now])
        }
    }

    @Test(
        "a mail that cannot help any more stays as it is",
        arguments: [
            ("DELETE FROM one_time_tokens", AdministrationStore.MailRetry.linkEnded),
            ("UPDATE one_time_tokens SET used_at = '2026-06-01'", .linkEnded),
            ("UPDATE one_time_tokens SET expires_at = '2026-06-01'", .linkEnded),
            ("UPDATE users SET email_key = 'new@example.org'", .linkEnded),
            ("UPDATE mail_outbox SET expires_at = '2026-06-01'", .linkEnded),
            ("UPDATE mail_outbox SET state = 'expired'", .linkEnded),
            ("UPDATE mail_outbox SET state = 'sent'", .sent), ("DELETE FROM users", .noSuchMail),
        ])
    func refuses(_ change: String, _ outcome: AdministrationStore.MailRetry) throws {
        try AdministrationWorkplace.with { place in
            let user = try Self.abandonedMail(place)
            try place.connection.run(SQLScript(parsing: change))
            let before = try Self.mail(place)
            #expect(try place.store.retryMail(1, context: place.context) == outcome)
            #expect(try Self.mail(place) == before)
            #expect(try place.events(of: user) == ["user_registered client"])
        }
    }

    @Test("all abandoned mails are queued whose links work, and the others are counted")
    func retriesAll() throws {
        try AdministrationWorkplace.with { place in
            for name in ["ada", "bob", "cy", "dan"] { try place.register(name) }
            try place.run("UPDATE mail_outbox SET state = 'abandoned' WHERE id < 4")
            try place.run("DELETE FROM one_time_tokens WHERE user_id = 2")
            let result = try place.store.retryAbandonedMails(context: place.context)
            #expect(result == (queued: 2, linkEnded: 1))
            #expect(try place.store.mails(in: .abandoned, of: nil, limit: 9).map(\.id) == [2])
            #expect(try place.store.retryAbandonedMails(context: place.context).queued == 0)
        }
    }

    @Test("mails are listed by state and user, the newest first")
    func lists() throws {
        try AdministrationWorkplace.with { place in
            for name in ["ada", "bob", "cy"] { try place.register(name) }
            try place.run("UPDATE mail_outbox SET state = 'sent' WHERE id = 2")
            func ids(
                _ state: AdministrationStore.MailState?, _ user: UInt64?, _ limit: Int = 9
            ) throws -> [UInt64] {
                try place.store.mails(in: state, of: user.map { UserID($0) }, limit: limit)
                    .map(\.id)
            }
            #expect(try ids(nil, nil) == [3, 2, 1])
            #expect(try ids(nil, nil, 2) == [3, 2])
            #expect(try ids(.queued, nil) == [3, 1])
            #expect(try ids(.sent, 2) == [2])
            #expect(try ids(.sent, 1) == [])
        }
    }
}
