public import Auth
import MariaDB

extension MariaDBStore {
    /// Reads tables of the service: `SELECT 1` would succeed where no table can be read.
    ///
    /// `read_only` is a number in MariaDB 10 and 11 and a word from 12 on.
    private static let readTables: Statement = """
        SELECT EXISTS(SELECT 1 FROM users), EXISTS(SELECT 1 FROM refresh_token_blacklist),
            CAST(@@GLOBAL.read_only AS CHAR) IN ('0', 'OFF')
        """

    /// How the outbox stands.
    public func outboxBacklog(at now: Instant) throws(StoreError) -> OutboxBacklog {
        try use { connection throws(MariaDBError) in
            try connection.outboxBacklog(by: .standard, at: now)
        }
    }

    /// Fails when a request that needs the database would fail.
    public func checkReadiness() throws(StoreError) {
        let isWritable = try use { connection throws(MariaDBError) in
            try connection.queryOne(Self.readTables, [])?.boolean(2) ?? false
        }
        guard isWritable else {
            throw StoreError(.unavailable, reason: "The database server is read-only.")
        }
    }
}
