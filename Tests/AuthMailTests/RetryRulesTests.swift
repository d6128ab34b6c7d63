import Auth
import Testing

@testable import AuthMail
@testable import SMTP

@Suite("mailer rules")
struct RetryRulesTests {
    let rules = RetryRules(settings: DrainSettings())

    @Test(
        "delays double from 15 s and stay at 4 minutes",
        arguments: [(1, 15), (2, 30), (3, 60), (4, 120), (5, 240), (6, 240), (1000, 240)])
    func delays(attempts: Int, seconds: Int64) {
        let error = SMTPError.transient(failure(451))
        for jitter in [-1.0, -0.5, 0, 0.5, 1] {
            let decision = rules.decision(
                after: error, attempts: min(attempts, 99), now: 1000, jitter: jitter)
            guard case .retry(let due, true) = decision else {
                Issue.record("\(decision) is no counted retry")
                return
            }
            let expected = Double(seconds) * (1 + 0.2 * jitter)
            #expect(abs(Double(due - 1000) - min(expected, 240)) <= 0.5)
        }
    }

    @Test(
        "after an attempt that may have succeeded the next one is 4 minutes later, then 8, 16 …",
        arguments: [
            (1, 0, 240), (1, 1, 240), (1, -1, 192), (2, 0, 480), (2, 1, 576), (99, 1, 14400),
        ])
    func doubtDelays(attempts: Int, jitter: Double, seconds: Int64) {
        let decision = rules.decision(
            after: .outcomeUnknown(failure(nil)), attempts: attempts, now: 1000, jitter: jitter)
        #expect(decision == .retry(at: 1000 + seconds, counted: true))
    }

    @Test(
        "a mail that may have been sent is tried again while it is of use",
        arguments: [(2000, 1240), (1300, 1180), (1100, 1015), (900, 1015)])
    func doubtfulAndExpiring(expiresAt: Int64, due: Int64) {
        let decision = rules.decision(
            after: .outcomeUnknown(failure(nil)), attempts: 1, now: 1000, expiresAt: expiresAt,
            jitter: 0)
        #expect(decision == .retry(at: due, counted: true))
    }

    @Test("an outage is looked at again after 2 s at first and 60 s at last")
    func outageDelays() {
        #expect(
            (1...8).map { rules.outageDelay(failures: $0, jitter: 0) } == [
                2, 4, 8, 16, 32, 60, 60, 60,
            ])
        #expect(rules.outageDelay(failures: 100, jitter: 1) == 60)
        #expect(rules.outageDelay(failures: 100, jitter: -1) == 48)
        #expect(rules.outageDelay(failures: 1, jitter: -9) >= 1)
    }

    @Test(
        "a mail whose recipient the server does not have is abandoned at the first attempt",
        arguments: ["5.1.0", "5.1.1", "5.1.2", "5.1.3", "5.1.6", "5.1.10", "5.2.1", "5.2.2"])
    func abandonsUnknownRecipient(enhanced: String) {
        let error = SMTPError.permanent(failure(550, enhanced: enhanced))
        #expect(rules.decision(after: error, attempts: 1, now: 0, jitter: 0) == .abandon)
    }

    @Test(
        "one that is refused for good otherwise is tried 30 times, or until the server took another",
        arguments: [nil, "5.0.0", "5.1.7", "5.1.8", "5.3.0", "5.7.1", "5.1", "4.1.1"])
    func retriesRefused(enhanced: String?) {
        let error = SMTPError.permanent(failure(554, enhanced: enhanced))
        #expect(
            [1, 5, 29].map { rules.decision(after: error, attempts: $0, now: 0, jitter: 0) } == [
                .retry(at: 15, counted: true), .retry(at: 240, counted: true),
                .retry(at: 240, counted: true),
            ])
        #expect(rules.decision(after: error, attempts: 30, now: 0, jitter: 0) == .abandon)
        #expect(
            rules.decision(after: error, attempts: 2, now: 0, isExposed: true, jitter: 0)
                == .abandon)
    }

    @Test("the last allowed attempt is the last one")
    func abandonsAfterMaximum() {
        for error in [SMTPError.transient(failure(451)), .outcomeUnknown(failure(nil))] {
            #expect(rules.decision(after: error, attempts: 99, now: 0, jitter: 0) != .abandon)
            #expect(rules.decision(after: error, attempts: 100, now: 0, jitter: 0) == .abandon)
        }
    }

    @Test("a server that is away costs no attempt and no mail, however often it is tried")
    func outageIsFree() {
        let error = SMTPError.unavailable(failure(nil))
        for attempts in [1, 100, 10_000] {
            let decision = rules.decision(after: error, attempts: attempts, now: 0, jitter: 1)
            guard case .retry(let due, false) = decision else {
                Issue.record("\(decision) is no free retry")
                return
            }
            #expect((1...60).contains(due))
        }
    }

    @Test("only failures that the next mail would meet, too, pause the sending")
    func pauses() {
        #expect(rules.pausesSending(after: .unavailable(failure(535))))
        #expect(rules.pausesSending(after: .unavailable(failure(nil))))
        #expect(rules.pausesSending(after: .outcomeUnknown(failure(nil))))
        #expect(rules.pausesSending(after: .transient(failure(nil))))
        #expect(!rules.pausesSending(after: .transient(failure(451))))
        #expect(!rules.pausesSending(after: .permanent(failure(550))))
    }

    @Test("a mail of no use is not sent; its end is the first moment of no use")
    func readiness() {
        var mail = OutboxMail.sample(1)
        mail.expiresAt = 100
        #expect(rules.readiness(of: mail, now: 99) == .send)
        #expect(rules.readiness(of: mail, now: 100) == .expire(reason: "its time was over"))
        mail.tokenIsValid = false
        #expect(rules.readiness(of: mail, now: 0) == .expire(reason: "its link was void"))
    }

    struct Verdict: Sendable, CustomTestStringConvertible {
        let stage: SMTPStage
        let code: Int?
        let error: @Sendable (SMTPFailure) -> SMTPError
        var testDescription: String { "\(stage) \(code.map(String.init) ?? "no reply")" }
    }

    @Test(
        "a failed conversation is judged by its stage and its last reply",
        arguments: [
            Verdict(stage: .connect, code: nil, error: { .unavailable($0) }),
            Verdict(stage: .greeting, code: 554, error: { .unavailable($0) }),
            Verdict(stage: .encryption, code: 220, error: { .unavailable($0) }),
            Verdict(stage: .login, code: 535, error: { .unavailable($0) }),
            Verdict(stage: .sender, code: 250, error: { .unavailable($0) }),
            Verdict(stage: .sender, code: 550, error: { .unavailable($0) }),
            Verdict(stage: .recipient, code: nil, error: { .transient($0) }),
            Verdict(stage: .recipient, code: 421, error: { .unavailable($0) }),
            Verdict(stage: .recipient, code: 450, error: { .transient($0) }),
            Verdict(stage: .recipient, code: 550, error: { .permanent($0) }),
            Verdict(stage: .data, code: 554, error: { .permanent($0) }),
            Verdict(stage: .data, code: nil, error: { .transient($0) }),
            Verdict(stage: .content, code: 354, error: { .outcomeUnknown($0) }),
            Verdict(stage: .content, code: 421, error: { .unavailable($0) }),
            Verdict(stage: .content, code: 452, error: { .transient($0) }),
            Verdict(stage: .content, code: 552, error: { .permanent($0) }),
        ])
    func judges(_ row: Verdict) {
        let reply = row.code.map { SMTPReply(code: $0, enhanced: nil) }
        let error = SMTPError(stage: row.stage, reply: reply, cause: .dropped)
        #expect(error == row.error(error.failure))
        #expect((error.failure.reply != nil) == ((row.code ?? 0) >= 400))
    }

    private func failure(_ code: Int?, enhanced: String? = nil) -> SMTPFailure {
        SMTPFailure(
            stage: .recipient, cause: code == nil ? .dropped : .refused,
            reply: code.map { SMTPReply(code: $0, enhanced: enhanced) })
    }
}
