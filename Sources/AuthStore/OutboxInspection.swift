public import Auth
public import MariaDB

extension Connection {
    private static let findQueued: Statement = """
        SELECT COUNT(*), MIN(created_at), CAST(COALESCE(SUM(is_overdue), 0) AS SIGNED)
        FROM (
            SELECT created_at, created_at < ? AND (attempts = 0 OR next_attempt_at < ?
                OR NOT EXISTS(SELECT 1 FROM mail_outbox WHERE state = 'sent' AND finished_at > ?))
                AS is_overdue
            FROM mail_outbox WHERE state = 'queued'
        ) AS queued
        """

    private static let countFinished: Statement =
        "SELECT state, COUNT(*) FROM mail_outbox WHERE finished_at > ? GROUP BY state"

    /// How the outbox stands.
    func outboxBacklog(
        by rule: OutboxRule, at now: Instant
    ) throws(MariaDBError) -> OutboxBacklog {
        let limit = now.advanced(seconds: -rule.patience).sqlValue
        var backlog = OutboxBacklog()
        if let row = try queryOne(Self.findQueued, [limit, limit, limit]) {
            backlog.queued = try row.integer(0)
            let oldest = try row.optionalDateTime(1) ?? now.unixMicroseconds
            backlog.oldestAge = max(0, (now.unixMicroseconds - oldest) / 1_000_000)
            backlog.overdue = try row.integer(2)
        }
        let since = now.advanced(seconds: -OutboxRule.window).sqlValue
        for row in try query(Self.countFinished, [since]) {
            let count = try row.integer(1)
            switch AdministrationStore.MailState(rawValue: try row.text(0)) {
            case .sent: backlog.recentlySent = count
            case .expired: backlog.recentlyExpired = count
            case .abandoned: backlog.recentlyAbandoned = count
            case .queued, nil: break
            }
        }
        return backlog
    }
}

extension AdministrationStore {
    private static let findLastError: Statement = """
        SELECT last_error FROM mail_outbox
        WHERE state IN ('queued', 'abandoned') AND last_error IS NOT NULL ORDER BY id DESC LIMIT 1
        """

    /// How the outbox stands, and why the newest mail that failed did so; nil when none did.
    public func outboxBacklog(
        by rule: OutboxRule, at now: Instant
    ) throws(MariaDBError) -> (backlog: OutboxBacklog, lastError: String?) {
        try use { connection throws(MariaDBError) in
            let backlog = try connection.outboxBacklog(by: rule, at: now)
            return (backlog, try connection.queryOne(Self.findLastError, [])?.optionalText(0))
        }
    }
}
