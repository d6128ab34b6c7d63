import Auth
import Testing

@testable import AuthMail
@testable import SMTP

@Suite("emptying the outbox")
struct OutboxDrainTests {
    @Test("every mail is sent once and marked")
    func sends() throws {
        let world = MailerWorld((1...50).map { OutboxMail.sample($0) })
        let mailer = try world.mailer()
        #expect(mailer.drainOnce() == .more)
        #expect(mailer.drainOnce() == .more)
        #expect(mailer.drainOnce() == .idle)
        #expect(mailer.drainOnce() == .idle)
        #expect(Set(world.transport.sent.map(\.recipient.ascii)).count == 50)
        #expect(world.transport.attempts == 50)
        #expect(world.outbox.rows.values.allSatisfy { $0.state == .sent && $0.mail.attempts == 1 })
        #expect(world.events.contains(.sent(id: 1, kind: .verifyEmail, attempts: 1)))
    }

    @Test("a mail carries its link, its fixed Message-ID and the mark of an automatic mail")
    func composes() throws {
        let world = MailerWorld([.sample(255, kind: .passwordReset)])
        _ = try world.mailer().drainOnce()
        let message = try #require(world.transport.sent.first)
        #expect(message.messageID == String(repeating: "ff", count: 16) + "@example.org")
        #expect(message.subject == "Choose a new password for Service")
        #expect(message.text.contains("https://example.org/?token=secret"))
        #expect(message.html.contains("https://example.org/?token=secret"))
        #expect(message.text.contains("3 days"))
        #expect(message.extraHeaders == [.init(name: "Auto-Submitted", value: "auto-generated")])
    }

    @Test("a mail without a link needs no key")
    func withoutLink() throws {
        let world = MailerWorld([.sample(1, kind: .registrationNotice), .sample(2)])
        world.link = nil
        _ = try world.mailer().drainOnce()
        #expect(world.transport.sent.map(\.subject) == ["You have an account at Service already"])
    }

    @Test("no event and no stored error holds the link or the address")
    func keepsSecrets() throws {
        let world = MailerWorld((1...4).map { OutboxMail.sample($0) })
        var answers = [SMTPError.refusedForNow, SMTPError.refusedForGood, SMTPError.lost]
        world.transport.answer = { _ in answers.popLast() }
        let mailer = try world.mailer()
        for _ in 1...5 {
            _ = mailer.drainOnce()
            world.clock.advance(seconds: 300)
        }
        let texts =
            world.events.map { "\($0)" } + world.outbox.rows.values.compactMap(\.error)
        #expect(world.outbox.rows.values.contains { $0.error != nil })
        for text in texts {
            #expect(!text.contains("secret"))
            #expect(!text.contains("@example.org"))
        }
    }

    @Test("a mail that is over or whose link is void is never sent")
    func expires() throws {
        var over = OutboxMail.sample(1)
        over.expiresAt = 0
        var void = OutboxMail.sample(2)
        void.tokenIsValid = false
        let world = MailerWorld([over, void, .sample(3)])
        _ = try world.mailer().drainOnce()
        #expect(world.outbox.state(1) == .expired)
        #expect(world.outbox.state(2) == .expired)
        #expect(world.outbox.state(3) == .sent)
        #expect(world.transport.attempts == 1)
        #expect(world.outbox.rows[1]?.mail.attempts == 0)
    }

    @Test("a mail that cannot be written is abandoned before an attempt")
    func abandonsUnwritable() throws {
        var broken = OutboxMail.sample(1)
        broken.recipient = "a\r\nb@example.org"
        let world = MailerWorld([broken])
        _ = try world.mailer().drainOnce()
        #expect(world.outbox.state(1) == .abandoned)
        #expect(world.transport.attempts == 0)

        let keyless = MailerWorld([.sample(1)])
        keyless.link = nil
        _ = try keyless.mailer().drainOnce()
        #expect(keyless.outbox.state(1) == .abandoned)
        #expect(
            keyless.events == [
                .abandoned(id: 1, kind: .verifyEmail, reason: "no key fits its link")
            ])
    }

    @Test("a refused mail is abandoned, a postponed one waits, and both do not stop the others")
    func judgesMailsAlone() throws {
        let world = MailerWorld((1...4).map { OutboxMail.sample($0) })
        world.transport.answer = { message in
            switch message.recipient.ascii {
            case "ada1@example.org": SMTPError.refusedForGood
            case "ada2@example.org": SMTPError.refusedForNow
            default: nil
            }
        }
        _ = try world.mailer().drainOnce()
        #expect(world.outbox.state(1) == .abandoned)
        #expect(world.outbox.rows[1]?.error == "refused at RCPT: 550 5.1.1")
        #expect(world.outbox.state(2) == nil)
        #expect((12...18).contains(world.outbox.rows[2]?.due ?? 0))
        #expect(world.outbox.rows[2]?.mail.attempts == 1)
        #expect(world.outbox.rows[2]?.owner == nil)
        #expect(world.outbox.state(3) == .sent)
        #expect(world.outbox.state(4) == .sent)
    }

    @Test("a server that is away is asked with one mail; the rest goes back uncounted")
    func stopsAtOutage() throws {
        let world = MailerWorld((1...100).map { OutboxMail.sample($0) })
        world.transport.answer = { _ in SMTPError.away }
        let mailer = try world.mailer()
        #expect(mailer.drainOnce() == .idle)
        #expect(mailer.drainOnce() == .idle)
        #expect(world.transport.attempts == 1)
        #expect(world.outbox.rows.values.allSatisfy { $0.mail.attempts == 0 && $0.owner == nil })
        world.transport.answer = { _ in nil }
        world.clock.stopAt = 60
        mailer.run()
        #expect(world.outbox.rows.values.allSatisfy { $0.state == .sent })
        #expect(world.events.filter { $0 == .serverBack }.count == 1)
    }

    @Test(
        "after an hour of trouble every valid mail leaves within five minutes, none twice",
        arguments: [SMTPError.away, .refusedForNow, .refusedByPolicy, .lost])
    func survivesOutage(_ error: SMTPError) throws {
        let world = MailerWorld((1...300).map { OutboxMail.sample($0) })
        let clock = world.clock
        world.transport.answer = { _ in clock.now() < 3600 ? error : nil }
        clock.stopAt = 3600 + 300
        try world.mailer().run()
        #expect(world.outbox.rows.values.allSatisfy { $0.state == .sent })
        // Where all that are due are in doubt, a test comes before them.
        #expect(Set(world.mails.map(\.messageID)).count == 256)
        #expect(world.mails.count == 300)
        // Neither is a server that takes nothing asked with all of them, again and again.
        if error == .away { #expect(world.transport.attempts < 300 + 100) }
        if error == .refusedByPolicy { #expect(world.transport.attempts < 300 + 120) }
    }

    @Test("a mail that is refused while the server takes others is abandoned at its second attempt")
    func abandonsExposed() throws {
        let world = MailerWorld((1...3).map { OutboxMail.sample($0) })
        world.transport.answer = {
            $0.recipient.ascii == "ada1@example.org" ? .refusedByPolicy : nil
        }
        world.clock.stopAt = 10
        try world.mailer().run()
        #expect(world.outbox.state(1) == .abandoned)
        #expect(world.outbox.rows[1]?.mail.attempts == 2)
        #expect(world.outbox.state(2) == .sent && world.outbox.state(3) == .sent)
    }

    @Test("one that was taken before says nothing: the server may have failed since")
    func waitsForProof() throws {
        let world = MailerWorld([.sample(1), .sample(2)])
        world.transport.answer = {
            $0.recipient.ascii == "ada2@example.org" ? .refusedByPolicy : nil
        }
        let mailer = try world.mailer()
        for _ in 1...10 {
            _ = mailer.drainOnce()
            world.clock.advance(seconds: 300)
        }
        #expect(world.outbox.state(1) == .sent)
        #expect(world.outbox.state(2) == nil)
        #expect(world.outbox.rows[2]?.mail.attempts == 10)
    }

    @Test("the attempts are used up at the maximum")
    func usesUpAttempts() throws {
        let world = MailerWorld([.sample(1)])
        world.transport.answer = { _ in SMTPError.refusedForNow }
        world.clock.stopAt = 100_000
        try world.mailer().run()
        #expect(world.transport.attempts == 100)
        #expect(world.outbox.state(1) == .abandoned)
    }

    @Test("a mail that another mailer took over meanwhile is left alone")
    func losesLease() throws {
        let world = MailerWorld([.sample(1), .sample(2)])
        world.transport.answer = { [outbox = world.outbox] message in
            if message.recipient.ascii == "ada1@example.org" {
                outbox.change(2) { $0.owner = Array(repeating: 9, count: 16) }
            }
            return nil
        }
        _ = try world.mailer().drainOnce()
        #expect(world.transport.attempts == 1)
        #expect(world.events.contains(.leaseLost(id: 2, afterSending: false)))
        #expect(world.outbox.state(2) == nil)
    }

    @Test("a mailer killed between sending and marking causes one duplicate, under one Message-ID")
    func survivesKill() throws {
        let world = MailerWorld([.sample(1)])
        world.outbox.failures["finish"] = .max
        // Nothing can be marked until the killed mailer gives up: as if it were gone.
        _ = try world.mailer(owner: 1).drainOnce()
        #expect(world.transport.sent.count == 1)
        #expect(world.outbox.state(1) == nil)
        world.outbox.failures = [:]
        let second = try world.mailer(owner: 2)
        #expect(second.drainOnce() == .idle)
        #expect(world.transport.sent.count == 1, "the lease still holds")
        world.clock.advance(seconds: 120)
        _ = second.drainOnce()
        #expect(world.transport.sent.count == 2)
        #expect(Set(world.transport.sent.map(\.messageID)).count == 1)
        #expect(world.outbox.state(1) == .sent)
        #expect(world.outbox.rows[1]?.mail.attempts == 2)
    }

    @Test("a mark that fails for a while is repeated, so that nothing is sent twice")
    func repeatsMark() throws {
        let world = MailerWorld([.sample(1)])
        world.outbox.failures["finish"] = 20
        _ = try world.mailer().drainOnce()
        #expect(world.outbox.state(1) == .sent)
        #expect(world.transport.sent.count == 1)
    }

    @Test("nothing is sent while the outbox is away, everything after that")
    func survivesOutboxOutage() throws {
        let world = MailerWorld((1...3).map { OutboxMail.sample($0) })
        world.outbox.failures = ["lease": 3, "begin": 1]
        world.clock.stopAt = 600
        try world.mailer().run()
        #expect(world.outbox.rows.values.allSatisfy { $0.state == .sent })
        #expect(world.transport.attempts == 3)
        let unavailable = OutboxError(reason: "lease was asked to fail")
        #expect(world.events.filter { $0 == .outboxUnavailable(unavailable) }.count == 3)
    }

    @Test("a stop lets the mail in hand finish and puts the others back")
    func stops() throws {
        let world = MailerWorld((1...10).map { OutboxMail.sample($0) })
        world.transport.answer = { [clock = world.clock] _ in
            clock.stopAt = 0
            return nil
        }
        try world.mailer().run()
        #expect(world.transport.sent.count == 1)
        #expect(world.outbox.state(1) == .sent)
        #expect(world.outbox.rows.values.allSatisfy { $0.owner == nil })
        #expect(world.outbox.rows.values.filter { $0.state == nil }.count == 9)
    }

    @Test("a clock that is set back does not silence the mailer")
    func survivesClockChange() throws {
        let world = MailerWorld([.sample(1)])
        world.clock.advance(seconds: 100_000)
        world.transport.answer = { _ in SMTPError.away }
        let mailer = try world.mailer()
        _ = mailer.drainOnce()
        world.transport.answer = { _ in nil }
        world.clock.advance(seconds: -50_000)
        world.outbox.change(1) { $0.due = 0 }
        _ = mailer.drainOnce()
        #expect(world.outbox.state(1) == .sent)
    }

    @Test("a mail leaves through a real server as the outbox describes it")
    func leavesThroughRealServer() throws {
        let sink = try MailSink()
        let world = MailerWorld([.sample(1), .sample(2, kind: .passwordReset)])
        _ = try world.mailer(transport: SMTPClient(sink.settings())).drainOnce()
        let mails = try sink.mails()
        #expect(
            mails.map { $0.headers["subject"] } == [
                "Confirm your e-mail address for Service", "Choose a new password for Service",
            ])
        for mail in mails {
            #expect(mail.defects == [])
            #expect(mail.parts.allSatisfy { $0.contains("https://example.org/?token=secret") })
            #expect(mail.headers["auto-submitted"] == "auto-generated")
            #expect(mail.longestLine <= 998)
        }
    }
}
