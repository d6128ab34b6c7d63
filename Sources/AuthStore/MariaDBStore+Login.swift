public import Auth
import MariaDB

extension MariaDBStore {
    private static let upgradeHash: Statement =
        "UPDATE users SET password = ? WHERE id = ? AND password = ?"

    private static let setLastLogin: Statement = "UPDATE users SET last_login = ? WHERE id = ?"

    /// The user with a name, nil without one.
    public func loginFacts(usernameKey: String) throws(StoreError) -> LoginFacts? {
        let columns = customFields
        return try use { connection throws(MariaDBError) in
            guard let row = try connection.queryOne(columns.findLogin, [.text(usernameKey)]) else {
                return nil
            }
            return LoginFacts(
                user: UserID(try row.unsigned(0)), passwordHash: try row.text(1),
                isActive: try row.boolean(2),
                generation: UInt32(truncatingIfNeeded: try row.unsigned(3)),
                accessClaims: try columns.accessClaims(in: row, from: 4))
        }
    }

    /// Records how a login ended.
    public func recordLogin(
        _ record: LoginRecord, context: RequestContext
    ) throws(StoreError) {
        let write = { (connection: Connection) throws(MariaDBError) in
            try connection.audit(
                record.refusal == nil ? .loginSucceeded : .loginRefused,
                reason: record.refusal?.rawValue, user: record.user, context: context)
        }
        guard let user = record.user, record.setsLastLogin || record.upgradedHash != nil else {
            return try use(write)
        }
        do {
            try transaction { connection throws(MariaDBError) in
                if let hash = record.upgradedHash, let present = record.presentHash {
                    _ = try connection.execute(
                        Self.upgradeHash, [.text(hash), user.sqlValue, .text(present)])
                }
                if record.setsLastLogin {
                    _ = try connection.execute(
                        Self.setLastLogin, [context.now.sqlValue, user.sqlValue])
                }
                try write(connection)
            }
        } catch {
            throw StoreError(error)
        }
    }
}
