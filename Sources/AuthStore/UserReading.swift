public import Auth
public import MariaDB

extension AdministrationStore {
    /// What a list of users is to hold.
    public struct UserQuery: Sendable {
        /// Only the active ones, or only the others; nil for both.
        public var isActive: Bool?
        /// What name or address must contain; nil for all.
        public var search: String?
        /// Only users of a greater number; 0 for all.
        public var after: UInt64 = 0
        /// The most users.
        public var limit = 100

        /// All users, the first hundred.
        public init() {}
    }

    /// One line of a list of users.
    public struct UserLine: Sendable {
        /// The public number.
        public let id: UserID
        /// The name in NFKC.
        public let username: String
        /// The address as registered.
        public let email: String
        /// Whether it may log in.
        public let isActive: Bool
        /// Whether the address was verified.
        public let isVerified: Bool
        /// When it was registered.
        public let joined: Instant
    }

    private static let listUsers: Statement = """
        SELECT id, username, email, is_active, email_verified_at IS NOT NULL, date_joined
        FROM users
        WHERE id > ? AND (? IS NULL OR is_active = ?)
            AND (? IS NULL OR username_key LIKE ? ESCAPE '!'
                OR CONVERT(email_key USING utf8mb4) COLLATE utf8mb4_nopad_bin LIKE ?
                ESCAPE '!'
                OR LOWER(email) LIKE ? ESCAPE '!')
        ORDER BY id LIMIT ?
        """

    /// Lists users in the order of their numbers.
    public func users(_ query: UserQuery) throws(MariaDBError) -> [UserLine] {
        let active = query.isActive.sqlValue
        let folded = query.search.map { Username.key(of: $0) ?? $0 }.map(Self.pattern).sqlValue
        let lowercased = query.search.map { Self.pattern($0.lowercased()) }.sqlValue
        return try use { connection throws(MariaDBError) in
            let rows = try connection.query(
                Self.listUsers,
                [
                    .unsigned(query.after), active, active, folded, folded, lowercased, lowercased,
                    .integer(Int64(query.limit)),
                ])
            var lines: [UserLine] = []
            for row in rows {
                lines.append(
                    UserLine(
                        id: UserID(try row.unsigned(0)), username: try row.text(1),
                        email: try row.text(2), isActive: try row.boolean(3),
                        isVerified: try row.boolean(4),
                        joined: Instant(unixMicroseconds: try row.dateTime(5))))
            }
            return lines
        }
    }

    /// The pattern of LIKE for a text that is contained, whatever characters it has.
    private static func pattern(_ text: String) -> String {
        let escaped = text.map { "!%_".contains($0) ? "!\($0)" : String($0) }.joined()
        return "%\(escaped)%"
    }

    private static let findMatches: Statement = """
        SELECT id FROM users WHERE username_key = ?
        UNION SELECT id FROM users WHERE email_key = ?
        UNION SELECT id FROM users WHERE id = ?
        """

    /// The users that a reference may mean: none, one, or several whose names cross.
    public func matches(_ reference: UserReference) throws(MariaDBError) -> [UserRecord] {
        try use { connection throws(MariaDBError) in
            let rows = try connection.query(
                Self.findMatches,
                [
                    reference.usernameKey.sqlValue, reference.emailKey.sqlValue,
                    reference.id?.sqlValue ?? .null,
                ])
            var users: [UserRecord] = []
            for row in rows {
                if let found = try user(UserID(try row.unsigned(0)), on: connection) {
                    users.append(found)
                }
            }
            return users
        }
    }

    /// A user, nil without one.
    func user(_ id: UserID, on connection: Connection) throws(MariaDBError) -> UserRecord? {
        guard let row = try connection.queryOne(findUser, [id.sqlValue]) else { return nil }
        return UserRecord(
            id: UserID(try row.unsigned(0)), username: try row.text(1), email: try row.text(2),
            isActive: try row.boolean(3), emailVerified: try row.optionalInstant(4),
            joined: Instant(unixMicroseconds: try row.dateTime(5)),
            lastLogin: try row.optionalInstant(6),
            passwordForm: PasswordForm(encoded: try row.text(7)),
            sessionGeneration: UInt32(truncatingIfNeeded: try row.unsigned(8)),
            sessionsEnded: try row.optionalInstant(9),
            customFields: try customFields.values(in: row, from: 10))
    }

    /// A link that a user could still open.
    public struct OpenLink: Sendable {
        /// What it may be used for.
        public let purpose: String
        /// When it was made.
        public let created: Instant
        /// Refused from this moment on.
        public let expires: Instant
    }

    private static let findOpenLinks: Statement = """
        SELECT t.purpose, t.created_at, t.expires_at
        FROM one_time_tokens AS t JOIN users AS u ON u.id = t.user_id
        WHERE t.user_id = ? AND t.used_at IS NULL AND t.expires_at > ? AND t.email_key = u.email_key
        ORDER BY t.created_at
        """

    /// The links of a user that are good and unused.
    public func openLinks(
        of user: UserID, at now: Instant
    ) throws(MariaDBError) -> [OpenLink] {
        try use { connection throws(MariaDBError) in
            var links: [OpenLink] = []
            for row in try connection.query(Self.findOpenLinks, [user.sqlValue, now.sqlValue]) {
                links.append(
                    OpenLink(
                        purpose: try row.text(0),
                        created: Instant(unixMicroseconds: try row.dateTime(1)),
                        expires: Instant(unixMicroseconds: try row.dateTime(2))))
            }
            return links
        }
    }
}

extension Row {
    /// A moment, nil for NULL.
    func optionalInstant(_ column: Int) throws(MariaDBError) -> Instant? {
        try optionalDateTime(column).map { Instant(unixMicroseconds: $0) }
    }
}
