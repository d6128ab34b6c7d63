import Auth
import Testing

@testable import AuthMail
@testable import SMTP

@Suite("a mail whose outcome is unknown")
struct MailInDoubtTests {
    @Test("a mail with a lost reply is sent again under the same Message-ID, later, after a test")
    func repeatsUnknownOutcome() throws {
        let world = MailerWorld([.sample(1)])
        world.transport.takesAnyway = true
        var answers = [SMTPError.lost]
        world.transport.answer = { _ in answers.popLast() }
        world.clock.stopAt = 150
        let mailer = try world.mailer()
        mailer.run()
        #expect(world.transport.sent.count == 1, "most faults are over in four minutes")
        world.clock.stopAt = 300
        mailer.run()
        #expect(
            world.transport.sent.map(\.recipient.ascii) == [
                "ada1@example.org", "noreply@example.org", "ada1@example.org",
            ])
        #expect(world.copies(1).count == 2)
        #expect(Set(world.copies(1).map(\.messageID)).count == 1)
        #expect(world.events.contains(.testTaken))
        #expect(world.outbox.rows[1]?.mail.attempts == 2)
        #expect(world.outbox.state(1) == .sent)
    }

    @Test("the mail that tests the server says why it is sent, and is marked as automatic")
    func composesTest() throws {
        let world = MailerWorld([.sample(1)])
        var answers = [SMTPError.lost]
        world.transport.answer = { _ in answers.popLast() }
        world.clock.stopAt = 300
        try world.mailer().run()
        let test = try #require(world.tests.first)
        #expect(test.subject == "Service tests the mail server")
        #expect(test.sender == test.recipient)
        #expect(test.text.contains("a mail that Service handed it. Before that mail"))
        #expect(test.html.hasPrefix("<p>The mail server did not say"))
        #expect(test.extraHeaders == [.init(name: "Auto-Submitted", value: "auto-generated")])
        #expect(test.messageID != world.copies(1).first?.messageID)
    }

    @Test(
        """
        a server that takes all mails and hangs up gets each once, however long it goes on, and once more \
        within five minutes of its return
        """, arguments: [180, 3600, 36_000] as [Int64])
    func repeatsAfterDrops(until end: Int64) throws {
        let world = MailerWorld([.sample(1), .sample(2), .sample(3)])
        world.transport.takesAnyway = true
        world.transport.answer = { [clock = world.clock] _ in
            clock.now() < end ? SMTPError.lost : nil
        }
        world.clock.stopAt = end
        let mailer = try world.mailer()
        mailer.run()
        for id in UInt64(1)...3 { #expect(world.copies(id).count == 1) }
        // After 4 minutes, up to a fifth less, again and again.
        #expect(world.tests.count <= end / 192)
        world.clock.stopAt = end + 300
        mailer.run()
        for id in UInt64(1)...3 {
            #expect(world.copies(id).count == 2)
            #expect(world.outbox.state(id) == .sent)
        }
    }

    @Test("a mail that was never tried needs no test, and is one for those that were")
    func hastensDoubtful() throws {
        let world = MailerWorld([.sample(1), .sample(2)])
        world.transport.answer = { _ in SMTPError.lost }
        world.clock.stopAt = 3 * 3600
        let mailer = try world.mailer()
        mailer.run()
        let tests = world.tests.count
        for id in UInt64(1)...2 { world.outbox.change(id) { $0.due = world.clock.stopAt + 500 } }
        world.outbox.add(.sample(3))
        world.outbox.failures["hasten"] = 1
        world.transport.answer = { _ in nil }
        world.clock.stopAt += 60
        mailer.run()
        #expect(world.outbox.state(3) == .sent)
        #expect(world.outbox.state(1) == nil, "the outbox was away in that moment")
        world.outbox.add(.sample(4))
        world.clock.stopAt += 60
        mailer.run()
        #expect(world.tests.count == tests)
        for id in UInt64(1)...4 { #expect(world.outbox.state(id) == .sent) }
    }

    @Test("a mail at which the server hangs up is not sent whenever another one is")
    func doesNotHastenAgain() throws {
        let world = MailerWorld([.sample(1)] + (2...50).map { .sample($0) })
        for id in UInt64(2)...50 { world.outbox.change(id) { $0.due = Int64(id) * 10 } }
        world.transport.takesAnyway = true
        world.transport.answer = { $0.recipient.ascii == "ada1@example.org" ? SMTPError.lost : nil }
        world.clock.stopAt = 600
        try world.mailer().run()
        #expect((2...3).contains(world.copies(1).count))
        #expect(world.tests.isEmpty)
        #expect(world.outbox.rows.values.count { $0.state == .sent } == 49)
    }

    @Test(
        "where the sender's own address takes no mail, the postmaster of its domain gets the test")
    func testGoesToPostmaster() throws {
        let world = MailerWorld([.sample(1)])
        var answers = [SMTPError.lost]
        world.transport.answer = {
            $0.recipient.ascii == "noreply@example.org"
                ? SMTPError.refusedForGood : answers.popLast()
        }
        world.clock.stopAt = 300
        try world.mailer().run()
        #expect(world.events.contains(.testRefused(SMTPError.refusedForGood)))
        #expect(
            world.transport.sent.map(\.recipient.ascii) == [
                "postmaster@example.org", "ada1@example.org",
            ])
        #expect(world.outbox.state(1) == .sent)
    }

    @Test("where nobody takes a test, the mail itself is one, after pauses that double")
    func testIsRefused() throws {
        let world = MailerWorld([.sample(1)])
        world.transport.takesAnyway = true
        world.transport.answer = { mail in
            mail.recipient.ascii == "ada1@example.org" ? SMTPError.lost : SMTPError.refusedForGood
        }
        world.clock.stopAt = 3600
        let mailer = try world.mailer()
        mailer.run()
        // After 4, 8, 16 and 32 minutes, a fifth more or less.
        #expect((4...6).contains(world.copies(1).count))
        // Of each address once for each mail that would be sent.
        #expect(world.tests.count <= 5)
        world.clock.stopAt = 72 * 3600 + 300
        mailer.run()
        #expect(world.outbox.state(1) == .expired)
        #expect(world.copies(1).count < 35)
    }

    @Test("a mail that was refused for now is not in doubt, and does not wait for a test")
    func leavesOthersAlone() throws {
        let world = MailerWorld([.sample(1), .sample(2)])
        var answers = [
            "ada1@example.org": [SMTPError.lost], "ada2@example.org": [SMTPError.refusedForNow],
        ]
        world.transport.answer = { answers[$0.recipient.ascii]?.popLast() }
        world.clock.stopAt = 60
        try world.mailer().run()
        #expect(world.outbox.state(2) == .sent)
        // And shows that the server is well.
        #expect(world.outbox.state(1) == .sent)
        #expect(world.tests.isEmpty)
    }

    @Test("one mail at which the server hangs up does not keep another from being sent again")
    func oneOfTwo() throws {
        let world = MailerWorld([.sample(1), .sample(2)])
        var second = [SMTPError.lost]
        world.transport.answer = { mail in
            switch mail.recipient.ascii {
            case "ada1@example.org": SMTPError.lost
            case "ada2@example.org": second.popLast()
            default: nil
            }
        }
        world.clock.stopAt = 330
        try world.mailer().run()
        #expect(world.outbox.state(1) == nil)
        #expect(world.outbox.state(2) == .sent)
    }

    @Test("a mail whose time would be over before a test is sent again without one")
    func lastChance() throws {
        var mail = OutboxMail.sample(1)
        mail.expiresAt = 200
        let world = MailerWorld([mail])
        var answers = [SMTPError.lost]
        world.transport.answer = { _ in answers.popLast() }
        world.clock.stopAt = 120
        try world.mailer().run()
        #expect(world.tests.isEmpty)
        #expect(world.outbox.state(1) == .sent)
    }

    @Test("a clock that is set back makes no mail in doubt wait longer")
    func doubtAndClock() throws {
        let world = MailerWorld([.sample(1)])
        world.clock.advance(seconds: 7200)
        var answers = [SMTPError.away, SMTPError.lost]
        world.transport.answer = { _ in answers.popLast() }
        let mailer = try world.mailer()
        _ = mailer.drainOnce()
        world.clock.advance(seconds: -3600)
        world.outbox.change(1) { $0.due = 0 }
        world.clock.stopAt = 3600 + 120
        mailer.run()
        #expect(world.tests.count == 2, "the server was away at the first one")
        #expect(world.outbox.state(1) == .sent)
    }

    @Test("a server that goes away before it is tested is tested when it is back")
    func awayAtTest() throws {
        let world = MailerWorld([.sample(1)])
        world.transport.answer = { [clock = world.clock] _ in
            switch clock.now() {
            case ..<100: SMTPError.lost
            case ..<3600: SMTPError.away
            default: nil
            }
        }
        world.clock.stopAt = 3600
        let mailer = try world.mailer()
        mailer.run()
        #expect(world.outbox.rows[1]?.mail.attempts == 1)
        world.clock.stopAt = 3600 + 120
        mailer.run()
        #expect(world.events.filter { $0 == .testTaken }.count == 1)
        #expect(world.outbox.state(1) == .sent)
    }
}
