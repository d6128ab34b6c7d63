import Auth
import SMTP

/// Empties the outbox, mail by mail, until it is told to stop.
///
/// One thread runs it. Any number of mailers may work on the same outbox: each mail is leased
/// before it is touched. An attempt is counted before the mail is sent and the mail is marked after
/// that, so a mailer killed in between causes one duplicate with the same Message-ID, and no loss.
///
/// An attempt may also end without a word about what became of the mail. That mail is not sent again before
/// the mail server has taken something else: another mail, or a test.
public final class OutboxDrain {
    private let outbox: any Outbox
    private let transport: any MailTransport
    private let composer: MailComposer
    private let rules: RetryRules
    private let settings: DrainSettings
    private let owner: [UInt8]
    private let clock: any MailerClock
    private let report: (MailerEvent) -> Void
    /// How often in a row the mail server was found unwell.
    private var failuresInRow = 0
    /// Nothing is sent before this moment.
    private var silentUntil: Int64 = 0
    /// Mails that may have arrived, and how often each was sent; none is sent again while it is here.
    private var inDoubt: [UInt64: Int] = [:]
    /// Mails that were refused for good, and whether the server took another one since: if not, it may
    /// refuse all.
    private var refused: [UInt64: Bool] = [:]
    /// How many mails the server refused in a row, for reasons that may concern all.
    private var refusalsInRow = 0
    /// After so many the server is left alone for a while after each.
    private static let refusalsOfAll = 20
    /// More are not remembered; whoever is forgotten counts as refused for the first time.
    private static let refusedLimit = 1000
    /// From when on the mail server may be tested; nil while no mail is in doubt.
    private var testDue: Int64?

    /// Puts a mailer together.
    ///
    /// - Parameters:
    ///   - owner: 16 random bytes, others for every mailer.
    ///   - report: Called for everything that happens.
    public init(
        outbox: any Outbox, transport: any MailTransport, composer: MailComposer,
        settings: DrainSettings, owner: [UInt8], clock: any MailerClock,
        report: @escaping (MailerEvent) -> Void
    ) {
        self.outbox = outbox
        self.transport = transport
        self.composer = composer
        self.rules = RetryRules(settings: settings)
        self.settings = settings
        self.owner = owner
        self.clock = clock
        self.report = report
    }

    /// Works until the clock's wait says that the mailer should end.
    ///
    /// A mail that is being sent is finished first; leased mails behind it are put back.
    public func run() {
        var pause = 0
        while !clock.wait(milliseconds: pause) {
            switch drainOnce() {
            case .more: pause = 0
            case .idle: pause = settings.pollInterval
            case .outboxUnavailable: pause = max(settings.pollInterval, settings.outboxPause)
            }
        }
        transport.disconnect()
    }

    /// What one look into the outbox found.
    public enum Round: Hashable, Sendable {
        /// A full batch: there may be more.
        case more
        /// Nothing, or nothing that can be done now.
        case idle
        /// The outbox cannot be reached.
        case outboxUnavailable
    }

    /// Leases one batch and works through it.
    public func drainOnce() -> Round {
        guard !isSilent else { return .idle }
        let batch: [OutboxMail]
        do {
            let now = clock.now()
            batch = try outbox.lease(
                owner: owner, now: now, until: now + settings.leaseDuration,
                limit: settings.batchSize)
        } catch {
            report(.outboxUnavailable(error))
            return .outboxUnavailable
        }
        guard !batch.isEmpty else {
            transport.disconnect()
            return .idle
        }
        for (index, mail) in batch.enumerated() {
            guard !clock.wait(milliseconds: 0) else {
                putBack(batch[index...], due: clock.now())
                return .idle
            }
            guard process(mail) else {
                putBack(batch[(index + 1)...], due: clock.now())
                return .outboxUnavailable
            }
            if isSilent {
                transport.disconnect()
                putBack(batch[(index + 1)...], due: silentUntil)
                return .idle
            }
        }
        return batch.count < settings.batchSize ? .idle : .more
    }

    /// Whether the mail server is left alone now.
    ///
    /// A moment further away than the longest pause means that the clock was set back.
    private var isSilent: Bool {
        let rest = silentUntil - clock.now()
        return rest > 0 && rest <= settings.longestOutageDelay
    }

    /// - Returns: `false` when the outbox went away before the mail was sent.
    private func process(_ mail: OutboxMail) -> Bool {
        let now = clock.now()
        if case .expire(let reason) = rules.readiness(of: mail, now: now) {
            end(mail, as: .expired, reason: reason)
            return true
        }
        let message: MailMessage
        do {
            message = try composer.compose(mail, now: now)
        } catch {
            end(mail, as: .abandoned, reason: error.description)
            return true
        }
        guard inDoubt[mail.id] == nil || mayBeRepeated(mail, now: now) else { return true }
        do {
            let until = now + settings.leaseDuration
            guard try outbox.begin(mail.id, owner: owner, now: now, until: until) else {
                report(.leaseLost(id: mail.id, afterSending: false))
                return true
            }
        } catch {
            report(.outboxUnavailable(error))
            return false
        }
        do {
            try transport.send(message)
        } catch {
            settle(mail, after: error)
            return true
        }
        serverAnswered()
        refused[mail.id] = nil
        if record(
            mail.id, afterSending: true,
            { [outbox, owner, clock] () throws(OutboxError) in
                try outbox.finish(mail.id, owner: owner, now: clock.now(), as: .sent, error: nil)
            })
        {
            report(.sent(id: mail.id, kind: mail.kind, attempts: mail.attempts + 1))
        }
        serverTookMail()
        return true
    }

    /// Whether a mail in doubt is sent again now; if not, it is put back, perhaps after a test.
    private func mayBeRepeated(_ mail: OutboxMail, now: Int64) -> Bool {
        // Before its time is over: a duplicate is better than none.
        guard let testDue, mail.expiresAt - settings.leaseDuration > testDue else { return true }
        // A test that is further away than any means that the clock was set back.
        if testDue <= now || testDue - now > settings.doubtDelay {
            self.testDue = now
            testServer(now: now)
        }
        // Time has passed, and the mailer may have to end: the mail is judged anew.
        putBack([mail], due: max(self.testDue ?? 0, isSilent ? silentUntil : clock.now()))
        return false
    }

    /// Finds out whether the mail server takes mails.
    private func testServer(now: Int64) {
        for recipient in composer.testRecipients {
            guard let test = try? composer.composeTest(to: recipient, now: now) else { continue }
            do {
                try transport.send(test)
            } catch {
                guard rules.pausesSending(after: error) else {
                    serverAnswered()
                    report(.testRefused(error))
                    continue
                }
                leaveAlone(after: error)
                if case .outcomeUnknown = error { testDue = nextTest() }
                return
            }
            serverAnswered()
            report(.testTaken)
            serverTookMail()
            return
        }
        // Nobody takes a test, so the mails themselves are.
        inDoubt.removeAll()
        testDue = nil
    }

    private func nextTest() -> Int64 { clock.now() + rules.doubtDelay(jitter: jitter()) }

    /// Lets the mail server rest.
    private func leaveAlone(after error: SMTPError) {
        failuresInRow += 1
        silentUntil = clock.now() + rules.outageDelay(failures: failuresInRow, jitter: jitter())
        report(.serverUnwell(error: error, until: silentUntil))
    }

    /// The mail server takes mails: those in doubt, or refused, may be sent again, and need not wait for
    /// their time.
    ///
    /// Each is hastened but once: the server may hang up at one mail, or refuse it, and take all others.
    private func serverTookMail() {
        refusalsInRow = 0
        let doubted = inDoubt.filter { $0.value == 1 }.map(\.key)
        let refusedFirst = refused.filter { !$0.value }.map(\.key)
        guard !inDoubt.isEmpty || !refusedFirst.isEmpty else { return }
        do {
            try outbox.hasten(doubted + refusedFirst, due: clock.now())
            inDoubt.removeAll()
            testDue = nil
            for id in refusedFirst { refused[id] = true }
        } catch {
            // The next mail that is sent does it.
            report(.outboxUnavailable(error))
        }
    }

    private func settle(_ mail: OutboxMail, after error: SMTPError) {
        let now = clock.now()
        if rules.mayConcernAll(error) { refusalsInRow += 1 }
        if rules.pausesSending(after: error) || refusalsInRow >= Self.refusalsOfAll {
            leaveAlone(after: error)
        } else {
            serverAnswered()
        }
        let decision = rules.decision(
            after: error, attempts: mail.attempts + 1, now: now, expiresAt: mail.expiresAt,
            isExposed: refused[mail.id] == true, jitter: jitter())
        switch decision {
        case .abandon:
            end(mail, as: .abandoned, reason: error.description)
        case .retry(let due, let counted):
            if record(
                mail.id, afterSending: false,
                { [outbox, owner] () throws(OutboxError) in
                    try outbox.retry(
                        mail.id, owner: owner, due: due, counted: counted, error: error.description)
                })
            {
                report(.postponed(id: mail.id, kind: mail.kind, error: error, due: due))
                switch error {
                case .outcomeUnknown:
                    inDoubt[mail.id] = mail.attempts + 1
                    testDue = testDue ?? nextTest()
                case .permanent:
                    if refused.count >= Self.refusedLimit { refused.removeAll() }
                    refused[mail.id] = false
                case .unavailable, .transient: break
                }
            }
        }
    }

    private func end(_ mail: OutboxMail, as end: MailEnd, reason: String) {
        refused[mail.id] = nil
        let isRecorded = record(mail.id, afterSending: false) {
            [outbox, owner, clock] () throws(OutboxError) in
            try outbox.finish(mail.id, owner: owner, now: clock.now(), as: end, error: reason)
        }
        guard isRecorded else { return }
        report(
            end == .expired
                ? .expired(id: mail.id, kind: mail.kind, reason: reason)
                : .abandoned(id: mail.id, kind: mail.kind, reason: reason))
    }

    /// Writes down what became of a mail, again and again while the lease holds: a mail that was
    /// sent and is not marked would be sent once more.
    private func record(
        _ id: UInt64, afterSending: Bool, _ write: () throws(OutboxError) -> Bool
    ) -> Bool {
        let deadline = clock.now() + settings.leaseDuration / 2
        while true {
            do {
                if try write() { return true }
                report(.leaseLost(id: id, afterSending: afterSending))
                return false
            } catch {
                report(.outboxUnavailable(error))
                guard clock.now() < deadline, !clock.wait(milliseconds: 1000) else { return false }
            }
        }
    }

    private func putBack(_ mails: some Collection<OutboxMail>, due: Int64) {
        guard !mails.isEmpty else { return }
        do {
            try outbox.release(mails.map(\.id), owner: owner, due: due)
        } catch {
            // Their leases end by themselves.
            report(.outboxUnavailable(error))
        }
    }

    private func serverAnswered() {
        if failuresInRow > 0 { report(.serverBack) }
        failuresInRow = 0
    }

    private func jitter() -> Double { Double.random(in: -1...1) }
}
