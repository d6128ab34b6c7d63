import Auth
import Testing

@testable import AuthMail
@testable import SMTP

@Suite("emptying the outbox")
struct OutboxDrainTests {
    /// A mailer in a world of its own.
    final class World {
        let outbox: FakeOutbox
        let transport = FakeTransport()
        let clock = FakeClock()
        private(set) var events: [MailerEvent] = []
        var link: String? = "https://example.org/?token=secret"

        init(_ mails: [OutboxMail]) { outbox = FakeOutbox(mails) }

        func mailer(
            owner: UInt8 = 1, transport: (any MailTransport)? = nil,
            settings: DrainSettings = DrainSettings()
        ) throws -> OutboxDrain {
            let composer = try MailComposer(
                templates: MailTemplates(shipped: shippedMailTemplates),
                sender: MailAddress("noreply@example.org"), senderName: "Service",
                serviceName: "Service", makeLink: { [self] _ in link })
            return OutboxDrain(
                outbox: outbox, transport: transport ?? self.transport, composer: composer,
                settings: settings, owner: Array(repeating: owner, count: 16), clock: clock,
                report: { [self] event in events.append(event) })
        }

        /// What the mail server took of one mail.
        func copies(_ id: UInt64) -> [MailMessage] {
            transport.sent.filter { $0.recipient.ascii == "ada\(id)@example.org" }
        }

        /// The mails that tested the mail server, taken or not.
        var tests: [MailMessage] {
            transport.tried.filter { $0.recipient.ascii == "noreply@example.org" }
        }
    }

    static let refused = SMTPError(
        stage: .recipient, reply: SMTPReply(code: 451, enhanced: "4.3.0"), cause: .refused)
    static let rejected = SMTPError(
        stage: .recipient, reply: SMTPReply(code: 550, enhanced: "5.1.1"), cause: .refused)
    static let away = SMTPError(stage: .connect, reply: nil, cause: .notReached)
    static let lost = SMTPError(stage: .content, reply: nil, cause: .dropped)

    @Test("every mail is sent once and marked")
    func sends() throws {
        let world = World((1...50).map { OutboxMail.sample($0) })
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
        let world = World([.sample(255, kind: .passwordReset)])
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
        let world = World([.sample(1, kind: .registrationNotice), .sample(2)])
        world.link = nil
        _ = try world.mailer().drainOnce()
        #expect(world.transport.sent.map(\.subject) == ["You have an account at Service already"])
    }

    @Test("no event and no stored error holds the link or the address")
    func keepsSecrets() throws {
        let world = World((1...4).map { OutboxMail.sample($0) })
        var answers = [Self.refused, Self.rejected, Self.lost]
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
        let world = World([over, void, .sample(3)])
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
        let world = World([broken])
        _ = try world.mailer().drainOnce()
        #expect(world.outbox.state(1) == .abandoned)
        #expect(world.transport.attempts == 0)

        let keyless = World([.sample(1)])
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
        let world = World((1...4).map { OutboxMail.sample($0) })
        world.transport.answer = { message in
            switch message.recipient.ascii {
            case "ada1@example.org": Self.rejected
            case "ada2@example.org": Self.refused
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
        let world = World((1...100).map { OutboxMail.sample($0) })
        world.transport.answer = { _ in Self.away }
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
        arguments: [away, refused, lost])
    func survivesOutage(_ error: SMTPError) throws {
        let world = World((1...300).map { OutboxMail.sample($0) })
        let clock = world.clock
        world.transport.answer = { _ in clock.now() < 3600 ? error : nil }
        clock.stopAt = 3600 + 300
        try world.mailer().run()
        #expect(world.outbox.rows.values.allSatisfy { $0.state == .sent })
        #expect(Set(world.transport.sent.map(\.messageID)).count == 256)
        #expect(world.transport.sent.count == 300)
        if error == Self.away { #expect(world.transport.attempts < 300 + 100) }
    }

    @Test("a mail with a lost reply is sent again under the same Message-ID, later, after a test")
    func repeatsUnknownOutcome() throws {
        let world = World([.sample(1)])
        world.transport.takesAnyway = true
        var answers = [Self.lost]
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
        let world = World([.sample(1)])
        var answers = [Self.lost]
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
        let world = World([.sample(1), .sample(2), .sample(3)])
        world.transport.takesAnyway = true
        world.transport.answer = { [clock = world.clock] _ in clock.now() < end ? Self.lost : nil }
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
        let world = World([.sample(1), .sample(2)])
        world.transport.answer = { _ in Self.lost }
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
        let world = World([.sample(1)] + (2...50).map { .sample($0) })
        for id in UInt64(2)...50 { world.outbox.change(id) { $0.due = Int64(id) * 10 } }
        world.transport.takesAnyway = true
        world.transport.answer = { $0.recipient.ascii == "ada1@example.org" ? Self.lost : nil }
        world.clock.stopAt = 600
        try world.mailer().run()
        #expect((2...3).contains(world.copies(1).count))
        #expect(world.tests.isEmpty)
        #expect(world.outbox.rows.values.count { $0.state == .sent } == 49)
    }

    @Test(
        "where the sender's own address takes no mail, the postmaster of its domain gets the test")
    func testGoesToPostmaster() throws {
        let world = World([.sample(1)])
        var answers = [Self.lost]
        world.transport.answer = {
            $0.recipient.ascii == "noreply@example.org" ? Self.rejected : answers.popLast()
        }
        world.clock.stopAt = 300
        try world.mailer().run()
        #expect(world.events.contains(.testRefused(Self.rejected)))
        #expect(
            world.transport.sent.map(\.recipient.ascii) == [
                "postmaster@example.org", "ada1@example.org",
            ])
        #expect(world.outbox.state(1) == .sent)
    }

    @Test("where nobody takes a test, the mail itself is one, after pauses that double")
    func testIsRefused() throws {
        let world = World([.sample(1)])
        world.transport.takesAnyway = true
        world.transport.answer = { mail in
            mail.recipient.ascii == "ada1@example.org" ? Self.lost : Self.rejected
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
        let world = World([.sample(1), .sample(2)])
        var answers = ["ada1@example.org": [Self.lost], "ada2@example.org": [Self.refused]]
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
        let world = World([.sample(1), .sample(2)])
        var second = [Self.lost]
        world.transport.answer = { mail in
            switch mail.recipient.ascii {
            case "ada1@example.org": Self.lost
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
        let world = World([mail])
        var answers = [Self.lost]
        world.transport.answer = { _ in answers.popLast() }
        world.clock.stopAt = 120
        try world.mailer().run()
        #expect(world.tests.isEmpty)
        #expect(world.outbox.state(1) == .sent)
    }

    @Test("a clock that is set back makes no mail in doubt wait longer")
    func doubtAndClock() throws {
        let world = World([.sample(1)])
        world.clock.advance(seconds: 7200)
        var answers = [Self.away, Self.lost]
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
        let world = World([.sample(1)])
        world.transport.answer = { [clock = world.clock] _ in
            switch clock.now() {
            case ..<100: Self.lost
            case ..<3600: Self.away
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

    @Test("the attempts are used up at the maximum")
    func usesUpAttempts() throws {
        let world = World([.sample(1)])
        world.transport.answer = { _ in Self.refused }
        world.clock.stopAt = 100_000
        try world.mailer().run()
        #expect(world.transport.attempts == 100)
        #expect(world.outbox.state(1) == .abandoned)
    }

    @Test("a mail that another mailer took over meanwhile is left alone")
    func losesLease() throws {
        let world = World([.sample(1), .sample(2)])
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
        let world = World([.sample(1)])
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
        let world = World([.sample(1)])
        world.outbox.failures["finish"] = 20
        _ = try world.mailer().drainOnce()
        #expect(world.outbox.state(1) == .sent)
        #expect(world.transport.sent.count == 1)
    }

    @Test("nothing is sent while the outbox is away, everything after that")
    func survivesOutboxOutage() throws {
        let world = World((1...3).map { OutboxMail.sample($0) })
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
        let world = World((1...10).map { OutboxMail.sample($0) })
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
        let world = World([.sample(1)])
        world.clock.advance(seconds: 100_000)
        world.transport.answer = { _ in Self.away }
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
        let world = World([.sample(1), .sample(2, kind: .passwordReset)])
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
