import Testing

@testable import Auth

@Suite("when somebody should look at the outbox")
struct OutboxRuleTests {
    @Test(
        "mails that should have left and refusals that outnumber what was sent are an alarm",
        arguments: [
            (OutboxBacklog(), []),
            (OutboxBacklog(queued: 500, oldestAge: 86400), []),
            (OutboxBacklog(queued: 2, overdue: 1), [.overdue(1)]),
            (OutboxBacklog(recentlySent: 3, recentlyAbandoned: 3), []),
            (OutboxBacklog(recentlySent: 3, recentlyAbandoned: 4), [.abandoned(4)]),
            (OutboxBacklog(recentlyExpired: 9), []),
            (
                OutboxBacklog(overdue: 2, recentlyAbandoned: 1),
                [OutboxRule.Alarm.overdue(2), .abandoned(1)]
            ),
        ])
    func alarms(backlog: OutboxBacklog, expected: [OutboxRule.Alarm]) {
        #expect(OutboxRule.standard.alarms(backlog) == expected)
    }
}
