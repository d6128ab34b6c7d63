public import Auth
import MariaDB

extension MariaDBStore {
    /// Reads a table of the service: `SELECT 1` would succeed where no table can be read.
    private static let readTables: Statement = """
        SELECT EXISTS(SELECT 1 FROM users), EXISTS(SELECT 1 FROM refresh_token_blacklist)
        """

    /// Fails when a request that needs the database would fail.
    public func checkReadiness() throws(StoreError) {
        try use { connection throws(MariaDBError) in
            _ = try connection.queryOne(Self.readTables, [])
        }
    }
}
