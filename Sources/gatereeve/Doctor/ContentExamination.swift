import Auth
import AuthStore
import MariaDB

/// What lies in the database and should not lie there for long.
enum ContentExamination {
    static func findings(_ inspection: Inspection) throws(MariaDBError) -> [Finding] {
        try outbox(inspection) + purge(inspection)
    }

    private static func outbox(_ inspection: Inspection) throws(MariaDBError) -> [Finding] {
        let rule = OutboxRule.standard
        let backlog = try inspection.outboxBacklog(by: rule, at: .now)
        let alarms = rule.alarms(backlog)
        guard !alarms.isEmpty else {
            return [.ok("outbox", "\(backlog.queued) mails wait, none too long")]
        }
        return alarms.map { alarm in
            .warning("outbox", alarm.fact(backlog), mend: mend(alarm))
        }
    }

    private static func mend(_ alarm: OutboxRule.Alarm) -> String {
        switch alarm {
        case .overdue:
            "is the mailer running? Why mails fail: gatereeve outbox list --state queued"
        case .abandoned: "gatereeve outbox list --state abandoned, then outbox retry"
        }
    }

    private static func purge(_ inspection: Inspection) throws(MariaDBError) -> [Finding] {
        let now = Instant.now
        guard let oldest = try inspection.oldestEndedToken(),
            Instant(unixMicroseconds: oldest) < now.advanced(seconds: -86400)
        else { return [.ok("purge", "what has expired is removed")] }
        return [
            .warning(
                "purge", "tokens are kept that expired more than a day ago",
                mend: "is gatereeve-purge.timer running? By hand: gatereeve purge")
        ]
    }
}
