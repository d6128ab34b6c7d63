public import Auth
import MariaDB

extension MariaDBStore {
    private static let findConflicts: Statement = """
        SELECT EXISTS(SELECT 1 FROM users WHERE username_key = ?),
            EXISTS(SELECT 1 FROM users WHERE email_key = ?)
        """

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
                try connection.insert(
                    token, for: id, emailKey: user.email.key, recipient: user.email.text, at: now)
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
