public import Auth
public import MariaDB

/// Removes what is of no use any more, in batches that no request has to wait for.
///
/// Each batch is a transaction of its own. It finds its rows by an index, from the oldest on, without a
/// lock, and then removes them by their keys, so it locks these and no others: a DELETE that looks for
/// them itself would wait for the row behind the last one, which a request may be writing.
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
    let context: RequestContext
    private let pace: PurgePace
    private let begun = ContinuousClock.now
    private let sleep: (Duration) -> Void

    /// - Parameters:
    ///   - settings: Where the database is.
    ///   - rule: What may be removed.
    ///   - pace: How much is removed at a time.
    ///   - context: Who removes, for the audit trail.
    ///   - sleep: Lets requests go first, between two batches.
    public init(
        _ settings: ConnectionSettings, rule: PurgeRule, pace: PurgePace, context: RequestContext,
        sleep: @escaping (Duration) -> Void
    ) {
        connection = ReconnectingConnection(settings.patient)
        self.rule = rule
        self.pace = pace
        self.context = context
        self.sleep = sleep
    }

    /// Removes all that the rule allows.
    ///
    /// - Returns: How many rows were removed. What hangs on them is not counted.
    public func remove(_ subject: Subject) throws(MariaDBError) -> Int {
        if subject == .unverifiedAccounts { return try removeUnverifiedAccounts() }
        guard let (search, values) = search(for: subject) else { return 0 }
        var removed = 0
        // Where the last batch ended: rows that are gone may still be in the index, to be passed.
        var start: Int64 = 0
        while true {
            let isFirst = removed == 0
            let batchSize = batchSize
            let (found, took) = try batch { connection throws(MariaDBError) in
                let found = try connection.query(
                    search,
                    [.dateTime(unixMicroseconds: start)] + values + [.integer(Int64(batchSize))])
                var keys: [SQLValue] = []
                for row in found { keys.append(try row.value(0)) }
                let last = try found.last?.dateTime(1) ?? start
                let count = try remove(subject, keys: keys[...], on: connection)
                // The trail says itself that it was cut, and by whom.
                if isFirst, count > 0, subject == .auditEvents {
                    try connection.audit(.auditPurged, user: nil, context: context)
                }
                return (rows: found.count, removed: count, last: last)
            }
            removed += found.removed
            start = found.last
            guard found.rows == batchSize else { return removed }
            pause(took)
        }
    }

    /// How many rows the next batch may remove.
    var batchSize: Int { pace.batchSize(elapsed: .now - begun) }

    /// Lets requests go first after a batch.
    func pause(_ took: Duration) {
        sleep(pace.pause(after: took, elapsed: .now - begun))
    }

    /// The most keys of one statement; from 1000 on MariaDB would make a table of them.
    private static let keyLimit = 500

    private func remove(
        _ subject: Subject, keys: ArraySlice<SQLValue>, on connection: Connection
    ) throws(MariaDBError) -> Int {
        var removed = 0
        var rest = keys
        while !rest.isEmpty {
            let some = Array(rest.prefix(Self.keyLimit))
            rest = rest.dropFirst(some.count)
            guard let statement = Self.removal(of: subject, further: some.count - 1) else { break }
            removed += Int(try connection.execute(statement, some).affectedRows)
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

    private static let findEndedTokens: Statement = """
        SELECT token_id, expires_at FROM refresh_token_blacklist
        WHERE expires_at >= ? AND expires_at <= ? ORDER BY expires_at, token_id LIMIT ?
        """
    private static let findLinks: Statement = """
        SELECT id, expires_at FROM one_time_tokens
        WHERE expires_at >= ? AND expires_at <= ? ORDER BY expires_at, id LIMIT ?
        """
    /// An abandoned mail stays as long as it may still be tried again.
    private static let findMails: Statement = """
        SELECT id, finished_at FROM mail_outbox
        WHERE finished_at >= ? AND finished_at <= ? AND (state <> 'abandoned' OR expires_at <= ?)
        ORDER BY finished_at, id LIMIT ?
        """
    private static let findAuditEvents: Statement = """
        SELECT id, occurred_at FROM audit_events
        WHERE occurred_at >= ? AND occurred_at <= ? ORDER BY occurred_at, id LIMIT ?
        """
    private static let findAttempts: Statement = """
        SELECT id, occurred_at FROM attempts
        WHERE occurred_at >= ? AND occurred_at <= ? ORDER BY occurred_at, id LIMIT ?
        """

    private func search(for subject: Subject) -> (statement: Statement, values: [SQLValue])? {
        switch subject {
        case .endedTokens: (Self.findEndedTokens, [rule.tokensExpiredUntil.sqlValue])
        case .links: (Self.findLinks, [rule.tokensExpiredUntil.sqlValue])
        case .mails: (Self.findMails, [rule.mailsFinishedUntil.sqlValue, context.now.sqlValue])
        case .attempts: rule.attemptsUntil.map { (Self.findAttempts, [$0.sqlValue]) }
        case .auditEvents: rule.auditUntil.map { (Self.findAuditEvents, [$0.sqlValue]) }
        case .unverifiedAccounts: nil
        }
    }

    /// - Parameter further: How many keys there are after the first.
    private static func removal(of subject: Subject, further: Int) -> Statement? {
        switch subject {
        case .endedTokens:
            """
            DELETE t FROM refresh_token_blacklist AS t FORCE INDEX (PRIMARY)
            WHERE t.token_id IN (?\(furtherMarks: further))
            """
        case .links:
            """
            DELETE t FROM one_time_tokens AS t FORCE INDEX (PRIMARY)
            WHERE t.id IN (?\(furtherMarks: further))
            """
        case .mails:
            // An administrator may have put it back into the queue a moment ago.
            """
            DELETE t FROM mail_outbox AS t FORCE INDEX (PRIMARY)
            WHERE t.id IN (?\(furtherMarks: further)) AND t.finished_at IS NOT NULL
            """
        case .attempts:
            """
            DELETE t FROM attempts AS t FORCE INDEX (PRIMARY)
            WHERE t.id IN (?\(furtherMarks: further))
            """
        case .auditEvents:
            """
            DELETE t FROM audit_events AS t FORCE INDEX (PRIMARY)
            WHERE t.id IN (?\(furtherMarks: further))
            """
        // They are removed one by one, under conditions.
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
