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

    private static let findBacklog: Statement =
        "SELECT COUNT(*), MIN(created_at) FROM mail_outbox WHERE state = 'queued'"

    /// The mails that wait to be sent.
    public func outboxBacklog(at now: Instant) throws(StoreError) -> OutboxBacklog {
        try use { connection throws(MariaDBError) in
            let row = try connection.queryOne(Self.findBacklog, [])
            let oldest = try row?.optionalDateTime(1) ?? now.unixMicroseconds
            return OutboxBacklog(
                count: try row?.integer(0) ?? 0,
                oldestAge: max(0, (now.unixMicroseconds - oldest) / 1_000_000))
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
