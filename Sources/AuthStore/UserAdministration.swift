public import Auth
public import MariaDB

/// Changes of one account; each tells whether there is such an account.
extension AdministrationStore {
    /// Writes an account: an active one, or an inactive one with the mail that verifies it.
    ///
    /// - Parameter verification: The link of the mail; nil makes the account active.
    /// - Throws: ``MariaDBError/duplicateKey(name:)`` when name or address were taken meanwhile.
    public func create(
        _ user: NewUser, verification: MailedToken?, context: RequestContext
    ) throws(MariaDBError) -> UserID {
        let now = context.now
        // Columns that nothing was said about keep the default of the schema.
        let columns = user.customFields.compactMap { ColumnName($0.field.name) }
        let insert: Statement = """
            INSERT INTO users (username, username_key, email, email_key, password, date_joined, \
            is_active\(furtherIdentifiers: columns)) \
            VALUES (?, ?, ?, ?, ?, ?, ?\(furtherMarks: user.customFields.count))
            """
        let values: [SQLValue] =
            [
                .text(user.username.text), .text(user.username.key), .text(user.email.text),
                .text(user.email.key), .text(user.passwordHash), now.sqlValue,
                .boolean(verification == nil),
            ] + user.customFields.map(\.value.sqlValue)
        return try transaction { connection throws(MariaDBError) in
            let id = UserID(try connection.execute(insert, values).lastInsertID)
            if let verification {
                try connection.insert(verification, for: id, at: now)
            }
            try connection.audit(.userCreated, user: id, context: context)
            return id
        }
    }

    private static let activateUser: Statement = "UPDATE users SET is_active = TRUE WHERE id = ?"

    /// Makes an account active; its address stays as verified or not as it was.
    public func activate(_ user: UserID, context: RequestContext) throws(MariaDBError) -> Bool {
        try change(user, .userActivated, context: context) { connection throws(MariaDBError) in
            _ = try connection.execute(Self.activateUser, [user.sqlValue])
        }
    }

    private static let deactivateUser: Statement = """
        UPDATE users SET is_active = FALSE, session_generation = session_generation + 1,
            sessions_ended_at = ?
        WHERE id = ?
        """

    private static let voidTokens: Statement = "DELETE FROM one_time_tokens WHERE user_id = ?"

    /// Makes an account inactive, ends its sessions and voids its links, so that none of an older
    /// mail can make it active again.
    public func deactivate(_ user: UserID, context: RequestContext) throws(MariaDBError) -> Bool {
        try change(user, .userDeactivated, context: context) { connection throws(MariaDBError) in
            _ = try connection.execute(
                Self.deactivateUser, [context.now.sqlValue, user.sqlValue])
            _ = try connection.execute(Self.voidTokens, [user.sqlValue])
        }
    }

    private static let setPassword: Statement = """
        UPDATE users SET password = ?, session_generation = session_generation + 1,
            sessions_ended_at = ?
        WHERE id = ?
        """

    private static let voidResets: Statement =
        "DELETE FROM one_time_tokens WHERE user_id = ? AND purpose = 'password_reset'"

    /// Sets a password, ends all sessions and voids the links that could set another.
    ///
    /// - Parameter notice: The mail that tells the owner; nil for none.
    public func setPassword(
        of user: UserID, hash: String, notice: PasswordChangedNotice?, context: RequestContext
    ) throws(MariaDBError) -> Bool {
        try change(user, .passwordSet, context: context) { connection throws(MariaDBError) in
            _ = try connection.execute(
                Self.setPassword, [.text(hash), context.now.sqlValue, user.sqlValue])
            _ = try connection.execute(Self.voidResets, [user.sqlValue])
            if let notice { try connection.insert(notice, to: user, at: context.now) }
        }
    }

    /// Ends all sessions: every refresh token issued up to now is refused.
    public func endSessions(of user: UserID, context: RequestContext) throws(MariaDBError) -> Bool {
        try change(user, .sessionsEnded, context: context) { connection throws(MariaDBError) in
            try connection.endSessions(of: user, at: context.now)
        }
    }

    private static let deleteUser: Statement = "DELETE FROM users WHERE id = ?"

    /// Removes an account with its links and mails; the audit trail stays.
    public func delete(_ user: UserID, context: RequestContext) throws(MariaDBError) -> Bool {
        try change(user, .userDeleted, context: context) { connection throws(MariaDBError) in
            _ = try connection.execute(Self.deleteUser, [user.sqlValue])
        }
    }

    private static let voidVerifications: Statement =
        "DELETE FROM one_time_tokens WHERE user_id = ? AND purpose = 'verify_email'"

    /// Voids the verification links of a user and writes a new one with its mail.
    public func resendVerification(
        to user: UserID, token: MailedToken, context: RequestContext
    ) throws(MariaDBError) -> Bool {
        try change(user, .verificationResent, context: context) { connection throws(MariaDBError) in
            _ = try connection.execute(Self.voidVerifications, [user.sqlValue])
            try connection.insert(token, for: user, at: context.now)
        }
    }

    private static let lockUser: Statement = "SELECT id FROM users WHERE id = ? FOR UPDATE"

    /// Locks an account, changes it and writes the audit event, all together.
    private func change(
        _ user: UserID, _ event: AuditEvent, context: RequestContext,
        _ body: (Connection) throws(MariaDBError) -> Void
    ) throws(MariaDBError) -> Bool {
        try transaction { connection throws(MariaDBError) in
            guard try connection.queryOne(Self.lockUser, [user.sqlValue]) != nil else {
                return false
            }
            try body(connection)
            try connection.audit(event, user: user, context: context)
            return true
        }
    }
}

extension Connection {
    private static let endSessions: Statement = """
        UPDATE users SET session_generation = session_generation + 1, sessions_ended_at = ?
        WHERE id = ?
        """

    /// Refuses every refresh token of a user that was issued up to now, in the transaction that is open.
    func endSessions(of user: UserID, at now: Instant) throws(MariaDBError) {
        _ = try execute(Self.endSessions, [now.sqlValue, user.sqlValue])
    }
}
