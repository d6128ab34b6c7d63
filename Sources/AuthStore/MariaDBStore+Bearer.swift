public import Auth
import MariaDB

extension MariaDBStore {
    private static let findActive: Statement = "SELECT is_active FROM users WHERE id = ?"

    /// Whether a user is active, nil without such a user.
    public func isActive(_ user: UserID) throws(StoreError) -> Bool? {
        try use { connection throws(MariaDBError) in
            try connection.queryOne(Self.findActive, [user.sqlValue])?.boolean(0)
        }
    }
}
