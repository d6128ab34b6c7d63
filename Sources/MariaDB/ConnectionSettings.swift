/// Where the database is and how patient a connection is with it.
public struct ConnectionSettings: Sendable {
    /// Where the server listens.
    public enum Server: Hashable, Sendable {
        /// The path of a unix socket.
        case socket(path: String)
        /// A host name or address, and a TCP port.
        case address(host: String, port: UInt16)
    }

    /// The isolation level of transactions.
    public enum Isolation: String, Hashable, Sendable {
        /// Each statement sees what was committed before it; few gap locks.
        case readCommitted = "READ-COMMITTED"
        /// A transaction sees one snapshot; the server's own default.
        case repeatableRead = "REPEATABLE-READ"
    }

    /// Where the server listens.
    public var server: Server
    /// The account.
    public var user: String
    /// The password of the account; empty where the unix socket proves who we are.
    public var password: DatabasePassword
    /// The database to use, or nil to choose none.
    public var database: String?
    /// A file with the certificates of the authorities to trust, in PEM form, or nil for a session that is
    /// not encrypted.
    ///
    /// With it the server's certificate must be good and name the host.
    public var authorityFile: String?
    /// How long connecting may take, in seconds; default 2.
    public var connectTimeout: UInt32 = 2
    /// How long to wait for the server to answer, in seconds; default 2; 0 waits for ever.
    public var readTimeout: UInt32 = 2
    /// How long to wait for the server to take a statement, in seconds; default 2; 0 for ever.
    public var writeTimeout: UInt32 = 2
    /// How long a statement may wait for a row lock, in seconds; default 1.
    ///
    /// Less than ``readTimeout``, so that the server's clear answer comes first.
    public var lockWaitTimeout: UInt32 = 1
    /// How long a statement may wait for a table that is in use or being changed, in seconds, at
    /// least 1; nil, the default, is as long as for a row.
    public var tableWaitTimeout: UInt32?
    /// How long the server lets a statement run, in seconds; default 1.5; 0 has no limit.
    ///
    /// At most three quarters of ``readTimeout`` count, for the same reason.
    public var statementTimeout: Double = 1.5
    /// The isolation level; default read committed.
    public var isolation = Isolation.readCommitted
    /// Whether reads in a Galera cluster see what was committed on other nodes; default false.
    ///
    /// Each then waits until its node knows all that. Without it a token that was blacklisted on one
    /// node may still be good on another for some milliseconds.
    public var readsAcrossNodes = false

    /// Names the server and the account; the rest has defaults.
    public init(
        server: Server, user: String, password: DatabasePassword = "", database: String?,
        authorityFile: String? = nil
    ) {
        self.server = server
        self.user = user
        self.password = password
        self.database = database
        self.authorityFile = authorityFile
    }

    /// The same without limits of time, except for connecting.
    ///
    /// For migrations, whose ALTER TABLE may take hours. Row locks are waited for up to 60 seconds. A
    /// table in use is waited for 1 second at a time: whoever wants to read it meanwhile waits, too.
    public var unhurried: Self {
        var copy = self
        copy.readTimeout = 0
        copy.writeTimeout = 0
        copy.statementTimeout = 0
        copy.lockWaitTimeout = 60
        copy.tableWaitTimeout = 1
        return copy
    }

    /// What every new session is told, in one statement and one round trip.
    ///
    /// Every piece is a literal or a number. English messages, because the name of a duplicate key
    /// is read out of one.
    var sessionStatement: String {
        """
        SET SESSION time_zone = '+00:00', lc_messages = 'en_US', \
        sql_mode = 'STRICT_ALL_TABLES,ERROR_FOR_DIVISION_BY_ZERO,NO_ENGINE_SUBSTITUTION,\
        NO_ZERO_DATE,NO_ZERO_IN_DATE', \
        tx_isolation = '\(isolation.rawValue)', \
        innodb_lock_wait_timeout = \(lockWaitTimeout), \
        lock_wait_timeout = \(max(tableWaitTimeout ?? lockWaitTimeout, 1)), \
        max_statement_time = \(effectiveStatementTimeout)\
        \(readsAcrossNodes ? ", wsrep_sync_wait = 5" : "")
        """
    }

    /// ``connectTimeout`` as a duration.
    var connectTime: Duration { .seconds(Int64(connectTimeout)) }

    private var effectiveStatementTimeout: Double {
        let longest = Double(readTimeout) * 0.75
        if readTimeout == 0 { return statementTimeout }
        return statementTimeout == 0 ? longest : min(statementTimeout, longest)
    }
}

/// The password of a database account, which cannot be printed.
public struct DatabasePassword: ExpressibleByStringLiteral, Sendable {
    let text: String

    /// Takes the password as it is.
    public init(_ text: String) {
        self.text = text
    }

    /// Takes a literal: the empty one, or that of a test.
    public init(stringLiteral text: String) {
        self.text = text
    }
}

extension DatabasePassword: CustomStringConvertible, CustomDebugStringConvertible,
    CustomReflectable
{
    /// The same harmless text for every password.
    public var description: String { "DatabasePassword(hidden)" }
    /// The same as ``description``.
    public var debugDescription: String { description }
    /// Shows nothing.
    public var customMirror: Mirror { Mirror(self, children: [:]) }
}
