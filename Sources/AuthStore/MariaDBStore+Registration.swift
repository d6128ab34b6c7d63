public import Auth
import MariaDB

extension MariaDBStore {
    private static let findConflicts: Statement = """
        SELECT EXISTS(SELECT 1 FROM users WHERE username_key = ?),
            EXISTS(SELECT 1 FROM users WHERE email_key = ?)
        """

    private static let countAttempt: Statement = """
        INSERT INTO attempts (kind, account_key, network, occurred_at, outcome, remote_address, \
        request_id) \
        SELECT 'registration', ?, ?, ?, 'succeeded', ?, ? FROM (SELECT 1) AS one \
        WHERE (SELECT COUNT(*) FROM attempts AS a WHERE a.network = ? \
        AND a.kind = 'registration' AND a.occurred_at > ?) < ?
        """

    private static let findOldest: Statement = """
        SELECT MIN(occurred_at) FROM attempts
        WHERE network = ? AND kind = 'registration' AND occurred_at > ?
        """

    /// Counts a registration from the network of the client.
    public func countRegistration(
        limits: ThrottleLimits, context: RequestContext
    ) throws(StoreError) -> Throttled? {
        let network = ClientNetwork(context.remoteAddress).text
        let windowStart = context.now.advanced(seconds: -ThrottleLimits.window).sqlValue
        let values: [SQLValue] = [
            .bytes(AccountKey(compared: network).bytes), .text(network), context.now.sqlValue,
            context.remoteAddress.sqlValue, context.requestID.sqlValue, .text(network), windowStart,
            .integer(Int64(limits.registrationsPerNetwork)),
        ]
        return try use { connection throws(MariaDBError) in
            let counted = try connection.execute(Self.countAttempt, values)
            guard counted.affectedRows == 0 else { return nil }
            let oldest = try connection.queryOne(Self.findOldest, [.text(network), windowStart])
            let moment = try oldest?.optionalDateTime(0)
            return Throttled(
                oldest: moment.map { Instant(unixMicroseconds: $0) }, now: context.now)
        }
    }

    /// Which of a name and an address are taken; nil is not looked up.
    public func registrationConflicts(
        username: Username?, email: EmailAddress?
    ) throws(StoreError) -> RegistrationConflicts {
        guard username != nil || email != nil else { return RegistrationConflicts() }
        return try use { connection throws(MariaDBError) in
            try Self.conflicts(username, email, on: connection)
        }
    }

    private static func conflicts(
        _ username: Username?, _ email: EmailAddress?, on connection: Connection
    ) throws(MariaDBError) -> RegistrationConflicts {
        let row = try connection.queryOne(
            findConflicts, [(username?.key).sqlValue, (email?.key).sqlValue])
        return RegistrationConflicts(
            username: try row?.boolean(0) ?? false, email: try row?.boolean(1) ?? false)
    }

    /// Writes user, token, mail and audit entry together.
    public func register(
        _ user: NewUser, token: MailedToken, context: RequestContext
    ) throws(StoreError) -> RegistrationConflicts {
        let now = context.now
        let values: [SQLValue] =
            [
                .text(user.username.text), .text(user.username.key), .text(user.email.text),
                .text(user.email.key), .text(user.passwordHash), now.sqlValue,
            ] + user.customFields.map(\.value.sqlValue)
        let insert = customFields.insertUser
        do {
            try transaction { connection throws(MariaDBError) in
                let inserted = try connection.execute(insert, values)
                let id = UserID(inserted.lastInsertID)
                try connection.insert(token, for: id, at: now)
                try connection.audit(.userRegistered, user: id, context: context)
            }
            return RegistrationConflicts()
        } catch {
            guard error.duplicateKeyName != nil else { throw StoreError(error) }
        }
        // Both may be taken, and the error names one.
        let conflicts = try registrationConflicts(username: user.username, email: user.email)
        guard !conflicts.isEmpty else {
            throw StoreError(.unavailable, reason: "a user that was in the way has gone again")
        }
        return conflicts
    }
}
