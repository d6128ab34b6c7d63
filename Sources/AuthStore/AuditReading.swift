public import Auth
public import MariaDB

extension AdministrationStore {
    /// Which audit events are wanted.
    public struct AuditQuery: Sendable {
        /// Only those of an account; nil for all.
        public var user: UserID?
        /// Only those of this name; nil for all.
        public var event: String?
        /// Only those from this moment on; nil for all.
        public var since: Instant?
        /// The most events; the newest are taken.
        public var limit = 50

        /// The newest fifty.
        public init() {}
    }

    /// An event of the audit trail.
    public struct AuditLine: Sendable {
        /// When it happened.
        public let occurred: Instant
        /// What happened.
        public let event: String
        /// Why, for refusals.
        public let reason: String?
        /// The account, which may be gone; nil when there was none.
        public let user: UserID?
        /// The name of the account; nil when it is gone.
        public let username: String?
        /// `client`, or the system account of an administrator.
        public let actor: String
        /// The address of the client.
        public let remoteAddress: String?
        /// The id that the web server logged.
        public let requestID: String?
    }

    /// The parts of the view `audit_trail`, each cut to the newest before they are joined: sorting all
    /// of a year would take minutes.
    private static let listEvents: Statement = """
        SELECT trail.occurred_at, trail.event, trail.reason, trail.user_id, u.username,
            trail.actor, trail.remote_address, trail.request_id
        FROM (
            (SELECT occurred_at, event, reason, user_id, actor, remote_address, request_id, id
            FROM audit_events
            WHERE (? IS NULL OR user_id = ?) AND (? IS NULL OR CONVERT(event USING utf8mb4) = ?)
                AND (? IS NULL OR occurred_at >= ?)
            ORDER BY occurred_at DESC, id DESC LIMIT ?)
            UNION ALL
            (SELECT occurred_at, IF(outcome = 'succeeded', 'login_succeeded', 'login_refused'),
                NULLIF(outcome, 'succeeded'), user_id, 'client', remote_address, request_id, id
            FROM attempts
            WHERE kind = 'login' AND (? IS NULL OR user_id = ?)
                AND (? IS NULL
                    OR IF(outcome = 'succeeded', 'login_succeeded', 'login_refused') = ?)
                AND (? IS NULL OR occurred_at >= ?)
            ORDER BY occurred_at DESC, id DESC LIMIT ?)
            UNION ALL
            (SELECT blacklisted_at, IF(reason = 'logout', 'logged_out', 'refresh_token_rotated'),
                NULL, user_id, 'client', NULL, NULL, 0
            FROM refresh_token_blacklist
            WHERE reason <> 'reuse' AND (? IS NULL OR user_id = ?)
                AND (? IS NULL
                    OR IF(reason = 'logout', 'logged_out', 'refresh_token_rotated') = ?)
                AND (? IS NULL OR blacklisted_at >= ?)
            ORDER BY blacklisted_at DESC LIMIT ?)
            ORDER BY occurred_at DESC, id DESC LIMIT ?
        ) AS trail LEFT JOIN users AS u ON u.id = trail.user_id
        ORDER BY trail.occurred_at, trail.id
        """

    /// The newest events that fit, the oldest of them first.
    public func auditEvents(_ query: AuditQuery) throws(MariaDBError) -> [AuditLine] {
        let user = query.user?.sqlValue ?? .null
        let limit = SQLValue.integer(Int64(query.limit))
        let (event, since) = (query.event.sqlValue, query.since?.sqlValue ?? .null)
        return try use { connection throws(MariaDBError) in
            let part = [user, user, event, event, since, since, limit]
            var lines: [AuditLine] = []
            for row in try connection.query(Self.listEvents, part + part + part + [limit]) {
                lines.append(
                    AuditLine(
                        occurred: Instant(unixMicroseconds: try row.dateTime(0)),
                        event: try row.text(1), reason: try row.optionalText(2),
                        user: try row.optionalUnsigned(3).map { UserID($0) },
                        username: try row.optionalText(4), actor: try row.text(5),
                        remoteAddress: try row.optionalText(6),
                        requestID: try row.optionalText(7)))
            }
            return lines
        }
    }
}
