public import Auth
public import MariaDB

/// Removes what is of no use any more, in batches that no request has to wait for.
///
/// Each batch is a transaction of its own. It finds its rows by an index, from the oldest on, so it
/// locks the rows that it removes and no others. Requests work at the other end of the index.
public final class Purge {
    /// What is removed.
    public enum Subject: String, Sendable, CaseIterable {
        /// Refresh tokens that were ended and have expired by now.
        case endedTokens = "ended tokens"
        /// Links that have expired.
        case links
        /// Mails that left the queue long ago.
        case mails
        /// Accounts that registered and were never verified.
        case unverifiedAccounts = "unverified accounts"
        /// Old attempts to log in, to register or to reset a password.
        case attempts
        /// Old events of the audit trail.
        case auditEvents = "audit events"
    }

    let connection: ReconnectingConnection
    let rule: PurgeRule
    let batchSize: Int
    let context: RequestContext
    /// Lets requests go first, between batches; gets what the last batch took.
    let pause: (Duration) -> Void

    /// - Parameters:
    ///   - settings: Where the database is.
    ///   - rule: What may be removed.
    ///   - batchSize: The most rows of one transaction.
    ///   - context: Who removes, for the audit trail.
    ///   - pause: Waits between two batches; it is told how long the last one took.
    public init(
        _ settings: ConnectionSettings, rule: PurgeRule, batchSize: Int, context: RequestContext,
        pause: @escaping (Duration) -> Void
    ) {
        connection = ReconnectingConnection(settings.patient)
        self.rule = rule
        self.batchSize = batchSize
        self.context = context
        self.pause = pause
    }

    /// Removes all that the rule allows.
    ///
    /// - Returns: How many rows were removed. What hangs on them is not counted.
    public func remove(_ subject: Subject) throws(MariaDBError) -> Int {
        if subject == .unverifiedAccounts { return try removeUnverifiedAccounts() }
        guard let (statement, limit) = deletion(of: subject) else { return 0 }
        // A scan that stops at its limit never reaches the row that a request is just inserting behind
        // the old ones, and so never waits for it.
        let total = try count(subject)
        var removed = 0
        while removed < total {
            let isFirst = removed == 0
            let size = min(batchSize, total - removed)
            let (count, took) = try batch { connection throws(MariaDBError) in
                let result = try connection.execute(
                    statement, limit + [.integer(Int64(size))])
                // The trail says itself that it was cut, and by whom.
                if isFirst, result.affectedRows > 0, subject == .auditEvents {
                    try connection.audit(.auditPurged, user: nil, context: context)
                }
                return Int(result.affectedRows)
            }
            removed += count
            guard count == batchSize else { return removed }
            pause(took)
        }
        return removed
    }

    /// How many rows would be removed now; changes nothing.
    public func count(_ subject: Subject) throws(MariaDBError) -> Int {
        guard let (statement, values) = counting(of: subject) else { return 0 }
        return try connection.use { connection throws(MariaDBError) in
            Int(try connection.queryOne(statement, values)?.integer(0) ?? 0)
        }
    }

    /// Runs one transaction and takes its time.
    func batch<Result>(
        _ body: (Connection) throws(MariaDBError) -> Result
    ) throws(MariaDBError) -> (result: Result, took: Duration) {
        let start = ContinuousClock.now
        let result = try connection.transaction(until: .now + .seconds(20), body)
        return (result, ContinuousClock.now - start)
    }

    private static let deleteEndedTokens: Statement = """
        DELETE FROM refresh_token_blacklist WHERE expires_at <= ?
        ORDER BY expires_at, token_id LIMIT ?
        """
    private static let deleteLinks: Statement =
        "DELETE FROM one_time_tokens WHERE expires_at <= ? ORDER BY expires_at, id LIMIT ?"
    /// An abandoned mail stays as long as it may still be tried again.
    private static let deleteMails: Statement = """
        DELETE FROM mail_outbox
        WHERE finished_at <= ? AND (state <> 'abandoned' OR expires_at <= ?)
        ORDER BY finished_at, id LIMIT ?
        """
    private static let deleteAuditEvents: Statement =
        "DELETE FROM audit_events WHERE occurred_at <= ? ORDER BY occurred_at, id LIMIT ?"

    private static let deleteAttempts: Statement =
        "DELETE FROM attempts WHERE occurred_at <= ? ORDER BY occurred_at, id LIMIT ?"

    private func deletion(of subject: Subject) -> (statement: Statement, values: [SQLValue])? {
        switch subject {
        case .endedTokens: (Self.deleteEndedTokens, [rule.tokensExpiredUntil.sqlValue])
        case .links: (Self.deleteLinks, [rule.tokensExpiredUntil.sqlValue])
        case .mails:
            (Self.deleteMails, [rule.mailsFinishedUntil.sqlValue, context.now.sqlValue])
        case .attempts: rule.attemptsUntil.map { (Self.deleteAttempts, [$0.sqlValue]) }
        case .auditEvents: rule.auditUntil.map { (Self.deleteAuditEvents, [$0.sqlValue]) }
        case .unverifiedAccounts: nil
        }
    }

    private static let countEndedTokens: Statement =
        "SELECT COUNT(*) FROM refresh_token_blacklist WHERE expires_at <= ?"
    private static let countLinks: Statement =
        "SELECT COUNT(*) FROM one_time_tokens WHERE expires_at <= ?"
    private static let countMails: Statement = """
        SELECT COUNT(*) FROM mail_outbox
        WHERE finished_at <= ? AND (state <> 'abandoned' OR expires_at <= ?)
        """
    private static let countAuditEvents: Statement =
        "SELECT COUNT(*) FROM audit_events WHERE occurred_at <= ?"

    private static let countAttempts: Statement =
        "SELECT COUNT(*) FROM attempts WHERE occurred_at <= ?"

    private func counting(of subject: Subject) -> (statement: Statement, values: [SQLValue])? {
        switch subject {
        case .endedTokens: (Self.countEndedTokens, [rule.tokensExpiredUntil.sqlValue])
        case .links: (Self.countLinks, [rule.tokensExpiredUntil.sqlValue])
        case .mails:
            (Self.countMails, [rule.mailsFinishedUntil.sqlValue, context.now.sqlValue])
        case .attempts: rule.attemptsUntil.map { (Self.countAttempts, [$0.sqlValue]) }
        case .auditEvents: rule.auditUntil.map { (Self.countAuditEvents, [$0.sqlValue]) }
        case .unverifiedAccounts:
            rule.unverifiedUntil.map {
                (Self.countUnverified, [$0.sqlValue, context.now.sqlValue])
            }
        }
    }
}
