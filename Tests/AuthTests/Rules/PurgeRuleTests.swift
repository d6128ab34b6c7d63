import Auth
import AuthTesting
import Testing

@Suite("What may be purged")
struct PurgeRuleTests {
    private static let day: Int64 = 86400

    private static func ago(_ seconds: Int64) -> Instant {
        TestTokens.now.advanced(seconds: -seconds)
    }

    @Test("each limit is counted back from now")
    func limits() {
        let rule = PurgeRule(at: TestTokens.now, mailDays: 14, auditDays: 365, unverifiedDays: 7)
        #expect(rule.tokensExpiredUntil == Self.ago(3600))
        #expect(rule.mailsFinishedUntil == Self.ago(14 * Self.day))
        #expect(rule.auditUntil == Self.ago(365 * Self.day))
        #expect(rule.attemptsUntil == Self.ago(365 * Self.day))
        #expect(rule.unverifiedUntil == Self.ago(7 * Self.day))
    }

    @Test("0 days keep trail and accounts for ever")
    func forEver() {
        let rule = PurgeRule(at: TestTokens.now, mailDays: 1, auditDays: 0, unverifiedDays: 0)
        #expect(rule.auditUntil == nil)
        #expect(rule.attemptsUntil == nil)
        #expect(rule.unverifiedUntil == nil)
    }

    @Test("attempts are kept for the thirty days in which a network is known")
    func attempts() {
        let rule = PurgeRule(at: TestTokens.now, mailDays: 1, auditDays: 2, unverifiedDays: 0)
        #expect(rule.auditUntil == Self.ago(2 * Self.day))
        #expect(rule.attemptsUntil == Self.ago(30 * Self.day))
    }

    @Test("a token is kept longer than any leeway that the settings allow")
    func leeway() {
        let rule = PurgeRule(at: TestTokens.now, mailDays: 1, auditDays: 1, unverifiedDays: 1)
        #expect(rule.tokensExpiredUntil < Self.ago(120))
    }
}
