public import Auth
public import MariaDB

/// The outbox on MariaDB, for one mailer.
public final class MariaDBOutbox: Outbox {
    private let connection: ReconnectingConnection
    /// How long something is tried again, in seconds.
    private static let retryTime: Int64 = 3

    /// - Parameter settings: Where the database is.
    public init(_ settings: ConnectionSettings) {
        connection = ReconnectingConnection(settings)
    }

    /// A kind that a newer program wrote is left to that program's mailer.
    private static let leaseDue: Statement = """
        UPDATE mail_outbox SET lease_owner = ?, lease_until = ?
        WHERE state = 'queued' AND next_attempt_at <= ?
            AND (lease_until IS NULL OR lease_until <= ?)
            AND kind IN (?\(furtherMarks: MailKind.allCases.count - 1))
        ORDER BY next_attempt_at, id LIMIT ?
        """

    private static let findLeased: Statement = """
        SELECT o.id, o.message_id, o.kind, o.user_id, u.username, o.recipient, o.token_id,
            o.attempts, o.expires_at,
            o.token_id IS NULL
                OR t.id IS NOT NULL AND t.used_at IS NULL AND t.email_key = u.email_key, t.digest
        FROM mail_outbox AS o JOIN users AS u ON u.id = o.user_id
            LEFT JOIN one_time_tokens AS t ON t.id = o.token_id
        WHERE o.state = 'queued' AND o.lease_owner = ? AND o.lease_until = ?
        ORDER BY o.next_attempt_at, o.id LIMIT ?
        """

    /// Takes mails that are due, oldest first.
    public func lease(
        owner: [UInt8], now: Int64, until: Int64, limit: Int
    ) throws(OutboxError) -> [OutboxMail] {
        let until = Instant(unixSeconds: until).sqlValue
        let moment = Instant(unixSeconds: now + 1).sqlValue
        return try use { connection throws(MariaDBError) in
            let leased = try connection.execute(
                Self.leaseDue,
                [.bytes(owner), until, moment, moment]
                    + MailKind.allCases.map { .text($0.rawValue) } + [.integer(Int64(limit))])
            guard leased.affectedRows > 0 else { return [] }
            let rows = try connection.query(
                Self.findLeased, [.bytes(owner), until, .integer(Int64(limit))])
            var mails: [OutboxMail] = []
            for row in rows {
                if let mail = try Self.mail(in: row) { mails.append(mail) }
            }
            return mails
        }
    }

    private static func mail(in row: Row) throws(MariaDBError) -> OutboxMail? {
        guard let kind = MailKind(rawValue: try row.text(2)) else { return nil }
        return OutboxMail(
            id: try row.unsigned(0), messageID: try row.bytes(1), kind: kind,
            userID: try row.unsigned(3), username: try row.text(4), recipient: try row.text(5),
            tokenID: try row.optionalBytes(6), tokenDigest: try row.optionalBytes(10),
            attempts: Int(try row.integer(7)), expiresAt: try row.dateTime(8) / 1_000_000,
            tokenIsValid: try row.boolean(9))
    }

    private static let beginAttempt: Statement = """
        UPDATE mail_outbox SET attempts = attempts + 1, lease_until = ?
        WHERE id = ? AND lease_owner = ? AND state = 'queued'
        """

    /// Counts one attempt and renews the lease, just before the mail is sent.
    public func begin(
        _ id: UInt64, owner: [UInt8], now: Int64, until: Int64
    ) throws(OutboxError) -> Bool {
        try change(
            Self.beginAttempt,
            [Instant(unixSeconds: until).sqlValue, .unsigned(id), .bytes(owner)])
    }

    private static let finishMail: Statement = """
        UPDATE mail_outbox
        SET state = ?, finished_at = ?, last_error = ?, lease_owner = NULL, lease_until = NULL
        WHERE id = ? AND lease_owner = ? AND state = 'queued'
        """

    /// Takes a mail out of the queue for good and ends the lease.
    public func finish(
        _ id: UInt64, owner: [UInt8], now: Int64, as end: MailEnd, error: String?
    ) throws(OutboxError) -> Bool {
        try change(
            Self.finishMail,
            [
                .text(end.rawValue), Instant(unixSeconds: now).sqlValue, error.sqlValue,
                .unsigned(id), .bytes(owner),
            ])
    }

    private static let retryMail: Statement = """
        UPDATE mail_outbox
        SET next_attempt_at = ?, last_error = ?, lease_owner = NULL, lease_until = NULL,
            attempts = attempts - ?
        WHERE id = ? AND lease_owner = ? AND state = 'queued'
        """

    /// Puts a mail back after an attempt and ends the lease.
    public func retry(
        _ id: UInt64, owner: [UInt8], due: Int64, counted: Bool, error: String
    ) throws(OutboxError) -> Bool {
        try change(
            Self.retryMail,
            [
                Instant(unixSeconds: due).sqlValue, .text(error), .integer(counted ? 0 : 1),
                .unsigned(id), .bytes(owner),
            ])
    }

    private static let releaseMail: Statement = """
        UPDATE mail_outbox SET next_attempt_at = ?, lease_owner = NULL, lease_until = NULL
        WHERE id = ? AND lease_owner = ? AND state = 'queued'
        """

    /// Puts mails back that were leased and not begun.
    public func release(_ ids: [UInt64], owner: [UInt8], due: Int64) throws(OutboxError) {
        for id in ids {
            _ = try change(
                Self.releaseMail,
                [Instant(unixSeconds: due).sqlValue, .unsigned(id), .bytes(owner)])
        }
    }

    private static let hastenMail: Statement = """
        UPDATE mail_outbox SET next_attempt_at = ?
        WHERE id = ? AND lease_owner IS NULL AND state = 'queued' AND next_attempt_at > ?
        """

    /// Makes mails due that wait for another attempt.
    public func hasten(_ ids: [UInt64], due: Int64) throws(OutboxError) {
        let moment = Instant(unixSeconds: due).sqlValue
        for id in ids { _ = try change(Self.hastenMail, [moment, .unsigned(id), moment]) }
    }

    /// A change of one row; whether there was one to change.
    private func change(
        _ statement: Statement, _ values: [SQLValue]
    ) throws(OutboxError) -> Bool {
        try use { connection throws(MariaDBError) in
            try connection.execute(statement, values).affectedRows > 0
        }
    }

    /// In a transaction, also for one statement, since that is run again after a deadlock: mailers that
    /// change neighbouring rows meet in the index, and a mail that was sent must be marked as sent.
    private func use<Result>(
        _ body: (Connection) throws(MariaDBError) -> Result
    ) throws(OutboxError) -> Result {
        do {
            return try connection.transaction(until: .now + .seconds(Self.retryTime), body)
        } catch {
            throw OutboxError(reason: "\(error)")
        }
    }
}
