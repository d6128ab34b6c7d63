public import Auth
public import MariaDB

/// Questions about the running installation; none changes anything.
public final class Inspection {
    private let connection: Connection

    /// - Parameter connection: Of any account; one that may read `mysql` sees the rights of others.
    public init(_ connection: Connection) {
        self.connection = connection
    }

    /// What the server says of itself.
    public struct Server: Sendable {
        /// As `VERSION()` says, such as `10.11.6-MariaDB-0+deb12u1`.
        public let version: String
        /// Who we are there, `user@host`.
        public let account: String
        /// `innodb_flush_log_at_trx_commit`; 1 keeps what was committed through a loss of power.
        public let flushesLogAtCommit: Int64
        /// `max_connections`.
        public let connectionLimit: Int64
        /// Whether nobody may write.
        public let isReadOnly: Bool
        /// Its clock, in microseconds since 1970, UTC.
        public let clock: Int64
    }

    private static let askServer: Statement = """
        SELECT VERSION(), CURRENT_USER(), @@GLOBAL.innodb_flush_log_at_trx_commit,
            @@GLOBAL.max_connections, CAST(@@GLOBAL.read_only AS CHAR) NOT IN ('0', 'OFF'),
            UTC_TIMESTAMP(6)
        """

    /// What the server says of itself; nil never but for a server that does not answer.
    public func server() throws(MariaDBError) -> Server? {
        guard let row = try connection.queryOne(Self.askServer, []) else { return nil }
        return Server(
            version: try row.text(0), account: try row.text(1),
            flushesLogAtCommit: try row.integer(2),
            connectionLimit: try row.integer(3), isReadOnly: try row.boolean(4),
            clock: try row.dateTime(5))
    }

    /// What a node says of its Galera cluster.
    public struct Cluster: Sendable {
        /// How many nodes it sees, itself included.
        public let size: Int
        /// Whether it belongs to the majority and takes statements.
        public let takesPart: Bool
    }

    private static let askCluster: Statement = """
        SELECT CAST(MAX(IF(variable_name = 'WSREP_CLUSTER_SIZE', variable_value, 0)) AS SIGNED),
            MAX(variable_name = 'WSREP_CLUSTER_STATUS' AND variable_value = 'Primary')
            AND MAX(variable_name = 'WSREP_READY' AND variable_value = 'ON')
        FROM information_schema.global_status
        WHERE variable_name IN ('WSREP_CLUSTER_SIZE', 'WSREP_CLUSTER_STATUS', 'WSREP_READY')
            AND EXISTS (SELECT 1 FROM information_schema.global_variables
                WHERE variable_name = 'WSREP_ON' AND variable_value = 'ON')
        """

    /// What the server says of its cluster; nil when it is in none.
    public func cluster() throws(MariaDBError) -> Cluster? {
        guard let row = try connection.queryOne(Self.askCluster, []),
            let size = try row.optionalInteger(0)
        else { return nil }
        return Cluster(size: Int(size), takesPart: try row.boolean(1))
    }

    /// A right of an account, on everything, on a database or on a table.
    public struct Right: Hashable, Sendable {
        /// Such as `SELECT`.
        public let name: String
        /// The table; nil for all.
        public let table: String?

        /// A right of its parts.
        public init(name: String, table: String?) {
            self.name = name
            self.table = table
        }
    }

    /// The database's name in a grant is a pattern, in which `\_` is the sign itself.
    private static let findRights: Statement = """
        SELECT privilege_type, NULL FROM information_schema.USER_PRIVILEGES
        WHERE SUBSTRING_INDEX(grantee, '@', 1) = ?
        UNION SELECT privilege_type, NULL FROM information_schema.SCHEMA_PRIVILEGES
        WHERE SUBSTRING_INDEX(grantee, '@', 1) = ? AND DATABASE() LIKE table_schema
        UNION SELECT privilege_type, table_name FROM information_schema.TABLE_PRIVILEGES
        WHERE SUBSTRING_INDEX(grantee, '@', 1) = ? AND table_schema = DATABASE()
        """

    /// The rights of an account on the database of the connection.
    ///
    /// - Returns: Empty when the account is unknown, has none, or may not be looked at.
    public func rights(of account: String) throws(MariaDBError) -> [Right] {
        let grantee = SQLValue.text("'\(account)'")
        var rights: [Right] = []
        for row in try connection.query(Self.findRights, [grantee, grantee, grantee]) {
            rights.append(Right(name: try row.text(0), table: try row.optionalText(1)))
        }
        return rights
    }

    /// How the outbox stands.
    public func outboxBacklog(
        by rule: OutboxRule, at now: Instant
    ) throws(MariaDBError) -> OutboxBacklog {
        try connection.outboxBacklog(by: rule, at: now)
    }

    private static let askPurge: Statement = "SELECT MIN(expires_at) FROM refresh_token_blacklist"

    /// When the oldest ended token that is kept expired, in microseconds since 1970; nil without one.
    public func oldestEndedToken() throws(MariaDBError) -> Int64? {
        try connection.queryOne(Self.askPurge, [])?.optionalDateTime(0)
    }
}
