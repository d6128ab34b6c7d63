import Auth
import AuthStore
import MariaDB
import Testing

@Suite("How the outbox stands")
struct OutboxInspectionTests {
    /// Four mails; each test says when each was written, tried and finished.
    private static func backlog(_ changes: SQL...) throws -> OutboxBacklog {
        var backlog = OutboxBacklog()
        try AdministrationWorkplace.with { place in
            for name in ["ada", "bob", "eve", "joe"] { try place.register(name) }
            try place.run("UPDATE mail_outbox SET state = 'sent', finished_at = '2026-06-01 10:00'")
            for change in changes { try place.run(change) }
            backlog = try place.store.outboxBacklog(by: .standard, at: place.context.now).backlog
            // The responders tell the same.
            let same = try place.store.requests.outboxBacklog(at: place.context.now)
            #expect(same.overdue == backlog.overdue && same.queued == backlog.queued)
        }
        return backlog
    }

    /// A mail that waits since `time`, was begun `attempts` times and is due at `due`; now is noon.
    private static func waiting(
        _ id: Int, since time: String, attempts: Int = 0, due: String
    ) -> SQL {
        """
        UPDATE mail_outbox SET state = 'queued', finished_at = NULL, attempts = \(attempts),
            created_at = \("2026-06-01 " + time), next_attempt_at = \("2026-06-01 " + due)
        WHERE id = \(id)
        """
    }

    private static let sentLately: SQL =
        "UPDATE mail_outbox SET finished_at = '2026-06-01 11:55' WHERE id = 4"

    @Test("nothing waits, nothing was sent lately")
    func nothing() throws {
        let backlog = try Self.backlog()
        #expect((backlog.queued, backlog.oldestAge, backlog.overdue) == (0, 0, 0))
        #expect((backlog.recentlySent, backlog.recentlyAbandoned) == (0, 0))
    }

    @Test("a mail that waits for some minutes is no alarm")
    func young() throws {
        let backlog = try Self.backlog(Self.waiting(1, since: "11:46", due: "11:46"))
        #expect((backlog.queued, backlog.oldestAge, backlog.overdue) == (1, 840, 0))
    }

    @Test("no mail server has looked at it, or the mailer does not run: it is overdue")
    func untouched() throws {
        let backlog = try Self.backlog(
            Self.sentLately, Self.waiting(1, since: "11:44", due: "12:01"),
            Self.waiting(2, since: "09:00", attempts: 3, due: "11:44"))
        #expect((backlog.queued, backlog.oldestAge, backlog.overdue) == (2, 10800, 2))
    }

    @Test("one address that is put off again and again is no alarm while others leave")
    func putOff() throws {
        let putOff = Self.waiting(1, since: "09:00", attempts: 40, due: "12:03")
        #expect(try Self.backlog(Self.sentLately, putOff).overdue == 0)
        // Nothing at all left for 15 minutes: perhaps it is not the address.
        #expect(try Self.backlog(putOff).overdue == 1)
    }

    @Test("what left within the hour is told by how")
    func finished() throws {
        let backlog = try Self.backlog(
            "UPDATE mail_outbox SET finished_at = '2026-06-01 11:01'",
            "UPDATE mail_outbox SET state = 'abandoned', last_error = 'no' WHERE id <= 2",
            "UPDATE mail_outbox SET state = 'expired' WHERE id = 3")
        #expect(backlog.recentlySent == 1)
        #expect(backlog.recentlyExpired == 1)
        #expect(backlog.recentlyAbandoned == 2)
    }

    @Test("the newest error is told")
    func lastError() throws {
        try AdministrationWorkplace.with { place in
            let rule = OutboxRule.standard
            for name in ["ada", "bob"] { try place.register(name) }
            let at = place.context.now
            #expect(try place.store.outboxBacklog(by: rule, at: at).lastError == nil)
            try place.run("UPDATE mail_outbox SET last_error = CONCAT('error ', id)")
            #expect(try place.store.outboxBacklog(by: rule, at: at).lastError == "error 2")
        }
    }
}
