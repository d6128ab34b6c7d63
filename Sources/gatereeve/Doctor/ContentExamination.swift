import Auth
import AuthStore
import MariaDB

/// What lies in the database and should not lie there for long.
enum ContentExamination {
    static func findings(_ inspection: Inspection) throws(MariaDBError) -> [Finding] {
        try outbox(inspection) + purge(inspection)
    }

    private static func outbox(_ inspection: Inspection) throws(MariaDBError) -> [Finding] {
        let backlog = try inspection.backlog()
        var findings: [Finding] = []
        let now = Instant.now
        if let oldest = backlog.oldest.map({ Instant(unixMicroseconds: $0) }),
            oldest < now.advanced(seconds: -900)
        {
            findings.append(
                .warning(
                    "outbox",
                    "\(backlog.queued) mails wait, the oldest since \(oldest.clockText(from: now))",
                    mend:
                        "is the mailer running? Why mails fail: gatereeve outbox list --state queued"
                ))
        }
        if backlog.abandoned > 0 {
            findings.append(
                .warning(
                    "outbox", "\(backlog.abandoned) mails could not be sent and were given up",
                    mend: "gatereeve outbox list --state abandoned, then outbox retry"))
        }
        return findings.isEmpty
            ? [.ok("outbox", "\(backlog.queued) mails wait, none long")] : findings
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
