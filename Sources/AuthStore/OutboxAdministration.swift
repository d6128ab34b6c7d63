public import Auth
public import MariaDB

extension AdministrationStore {
    /// Where a mail of the outbox is on its way; the raw values are those of the table.
    public enum MailState: String, Sendable, CaseIterable {
        /// It waits, or is being sent.
        case queued
        /// A mail server has taken it.
        case sent
        /// Its link ended before it could be sent.
        case expired
        /// It could not be sent.
        case abandoned
    }

    /// A mail of the outbox; it holds no link.
    public struct MailLine: Sendable {
        /// The number.
        public let id: UInt64
        /// Which mail it is.
        public let kind: String
        /// Whom it is about.
        public let user: UserID
        /// Where it goes to.
        public let recipient: String
        /// Where it is on its way.
        public let state: MailState
        /// How often sending was begun.
        public let attempts: UInt64
        /// When it was written.
        public let created: Instant
        /// When the next attempt may be; of interest for queued mails.
        public let nextAttempt: Instant
        /// When it left the queue; nil before.
        public let finished: Instant?
        /// When it is of no use any more.
        public let expires: Instant
        /// Why the last attempt failed.
        public let lastError: String?
    }

    private static let listMails: Statement = """
        SELECT id, kind, user_id, recipient, state, attempts, created_at, next_attempt_at,
            finished_at, expires_at, last_error
        FROM mail_outbox
        WHERE (? IS NULL OR state = ?) AND (? IS NULL OR user_id = ?)
        ORDER BY id DESC LIMIT ?
        """

    /// Lists mails, the newest first.
    ///
    /// - Parameters:
    ///   - state: Only those of a state; nil for all.
    ///   - user: Only those of a user; nil for all.
    public func mails(
        in state: MailState?, of user: UserID?, limit: Int
    ) throws(MariaDBError) -> [MailLine] {
        let (state, user) = ((state?.rawValue).sqlValue, user?.sqlValue ?? .null)
        return try use { connection throws(MariaDBError) in
            let rows = try connection.query(
                Self.listMails, [state, state, user, user, .integer(Int64(limit))])
            var lines: [MailLine] = []
            for row in rows { lines.append(try Self.line(row)) }
            return lines
        }
    }

    private static func line(_ row: Row) throws(MariaDBError) -> MailLine {
        MailLine(
            id: try row.unsigned(0), kind: try row.text(1), user: UserID(try row.unsigned(2)),
            recipient: try row.text(3), state: MailState(rawValue: try row.text(4)) ?? .queued,
            attempts: try row.unsigned(5), created: Instant(unixMicroseconds: try row.dateTime(6)),
            nextAttempt: Instant(unixMicroseconds: try row.dateTime(7)),
            finished: try row.optionalInstant(8),
            expires: Instant(unixMicroseconds: try row.dateTime(9)),
            lastError: try row.optionalText(10))
    }

    /// What came of putting a mail back.
    public enum MailRetry: Hashable, Sendable {
        /// It is tried at once.
        case queued
        /// There is no such mail.
        case noSuchMail
        /// It has been sent.
        case sent
        /// Its link would not work any more.
        case linkEnded
    }

    private static let findMail: Statement = """
        SELECT o.state, o.user_id,
            o.expires_at > ? AND (o.token_id IS NULL OR t.id IS NOT NULL AND t.used_at IS NULL
                AND t.expires_at > ? AND t.email_key = u.email_key)
        FROM mail_outbox AS o JOIN users AS u ON u.id = o.user_id
            LEFT JOIN one_time_tokens AS t ON t.id = o.token_id
        WHERE o.id = ?
        """

    private static let retryMail: Statement = """
        UPDATE mail_outbox
        SET attempts = IF(state = 'queued', attempts, 0), state = 'queued', next_attempt_at = ?,
            finished_at = NULL
        WHERE id = ? AND state IN ('queued', 'abandoned')
        """

    /// Puts an abandoned mail back into the queue, or lets one that waits be tried at once.
    public func retryMail(
        _ id: UInt64, context: RequestContext
    ) throws(MariaDBError) -> MailRetry {
        let now = context.now.sqlValue
        return try transaction { connection throws(MariaDBError) in
            let row = try connection.queryOne(Self.findMail, [now, now, .unsigned(id)])
            guard let row else { return .noSuchMail }
            if try row.text(0) == MailState.sent.rawValue { return .sent }
            guard try row.boolean(2) else { return .linkEnded }
            guard try connection.execute(Self.retryMail, [now, .unsigned(id)]).affectedRows > 0
            else { return .linkEnded }
            try connection.audit(
                .mailRetried, user: UserID(try row.unsigned(1)), context: context)
            return .queued
        }
    }

    private static let findAbandoned: Statement =
        "SELECT id FROM mail_outbox WHERE state = 'abandoned' AND id > ? ORDER BY id LIMIT 500"

    /// Puts every abandoned mail back whose link still works.
    public func retryAbandonedMails(
        context: RequestContext
    ) throws(MariaDBError) -> (queued: Int, linkEnded: Int) {
        var (queued, linkEnded, last): (Int, Int, UInt64) = (0, 0, 0)
        while true {
            let rows = try use { connection throws(MariaDBError) in
                try connection.query(Self.findAbandoned, [.unsigned(last)])
            }
            guard !rows.isEmpty else { return (queued, linkEnded) }
            for row in rows {
                last = try row.unsigned(0)
                switch try retryMail(last, context: context) {
                case .queued: queued += 1
                case .linkEnded: linkEnded += 1
                case .sent, .noSuchMail: break
                }
            }
        }
    }
}
