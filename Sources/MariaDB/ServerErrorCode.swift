internal import CMariaDB

/// An error number of the MariaDB server (1000 and above) or of its C library (2000 to 2999).
///
/// The set is open: a number without a name here is still a valid value.
public struct ServerErrorCode: RawRepresentable, Hashable, Sendable {
    /// The number, as `mysql_errno` returns it.
    public let rawValue: UInt32

    /// Wraps a number of the server or of the C library.
    public init(rawValue: UInt32) {
        self.rawValue = rawValue
    }

    private init(_ number: Int32) {
        rawValue = UInt32(number)
    }

    /// A unique key already has this value.
    ///
    /// The C name is `ER_DUP_ENTRY`.
    public static let duplicateEntry = Self(ER_DUP_ENTRY)

    /// The server rolled this transaction back to end a deadlock.
    ///
    /// The C name is `ER_LOCK_DEADLOCK`. Galera sends it when certification fails.
    public static let deadlock = Self(ER_LOCK_DEADLOCK)

    /// A lock was not free within `innodb_lock_wait_timeout`.
    ///
    /// Only the statement was undone; the transaction is still open. The C name is
    /// `ER_LOCK_WAIT_TIMEOUT`.
    public static let lockWaitTimeout = Self(ER_LOCK_WAIT_TIMEOUT)

    /// The row has changed since this transaction read it.
    ///
    /// The C name is `ER_CHECKREAD`.
    public static let rowChanged = Self(ER_CHECKREAD)

    /// The node does not take statements, in Galera because it is cut off from the majority.
    ///
    /// The C name is `ER_UNKNOWN_COM_ERROR`; Galera uses its number.
    public static let nodeNotReady = Self(ER_UNKNOWN_COM_ERROR)

    /// A COMMIT failed inside of the server, with an outcome that it does not tell.
    ///
    /// The C name is `ER_ERROR_DURING_COMMIT`.
    public static let errorDuringCommit = Self(ER_ERROR_DURING_COMMIT)

    /// The server has as many connections as it allows.
    ///
    /// The C name is `ER_CON_COUNT_ERROR`.
    public static let tooManyConnections = Self(ER_CON_COUNT_ERROR)

    /// The account has as many connections as it is allowed.
    ///
    /// The C name is `ER_TOO_MANY_USER_CONNECTIONS`.
    public static let tooManyUserConnections = Self(ER_TOO_MANY_USER_CONNECTIONS)

    /// The statement ran longer than `max_statement_time`.
    ///
    /// The C name is `ER_STATEMENT_TIMEOUT`.
    public static let statementTimeout = Self(ER_STATEMENT_TIMEOUT)

    /// The account may not use the database.
    ///
    /// The C name is `ER_DBACCESS_DENIED_ERROR`.
    public static let databaseAccessDenied = Self(ER_DBACCESS_DENIED_ERROR)

    /// The user name or the password is wrong.
    ///
    /// The C name is `ER_ACCESS_DENIED_ERROR`.
    public static let accessDenied = Self(ER_ACCESS_DENIED_ERROR)

    /// The account lacks a privilege on the table.
    ///
    /// The C name is `ER_TABLEACCESS_DENIED_ERROR`.
    public static let tableAccessDenied = Self(ER_TABLEACCESS_DENIED_ERROR)

    /// There is no database of this name.
    ///
    /// The C name is `ER_BAD_DB_ERROR`.
    public static let unknownDatabase = Self(ER_BAD_DB_ERROR)

    /// There is no table of this name.
    ///
    /// The C name is `ER_NO_SUCH_TABLE`.
    public static let noSuchTable = Self(ER_NO_SUCH_TABLE)

    /// There is no column of this name.
    ///
    /// The C name is `ER_BAD_FIELD_ERROR`.
    public static let unknownColumn = Self(ER_BAD_FIELD_ERROR)

    /// Somebody ended this connection with KILL.
    ///
    /// The C name is `ER_CONNECTION_KILLED`.
    public static let connectionKilled = Self(ER_CONNECTION_KILLED)

    /// The server is shutting down.
    ///
    /// The C name is `ER_SERVER_SHUTDOWN`.
    public static let serverShutdown = Self(ER_SERVER_SHUTDOWN)

    /// Nobody answers at the server's unix socket or port.
    ///
    /// The C name is `CR_CONNECTION_ERROR`.
    public static let serverUnreachable = Self(CR_CONNECTION_ERROR)

    /// The server's host cannot be reached.
    ///
    /// The C name is `CR_CONN_HOST_ERROR`.
    public static let hostUnreachable = Self(CR_CONN_HOST_ERROR)

    /// Encryption could not be agreed on, or the server's certificate is not to be trusted.
    ///
    /// The C name is `CR_SSL_CONNECTION_ERROR`.
    public static let encryptionFailed = Self(CR_SSL_CONNECTION_ERROR)

    /// The server asked for a way to log in that is not known to keep the password.
    ///
    /// The C name is `CR_PLUGIN_NOT_ALLOWED`.
    public static let authenticationNotAllowed = Self(CR_PLUGIN_NOT_ALLOWED)

    /// The connection was gone before the statement could be sent.
    ///
    /// The C name is `CR_SERVER_GONE_ERROR`. The statement was not carried out.
    public static let serverGone = Self(CR_SERVER_GONE_ERROR)

    /// The answer did not come, or not in time.
    ///
    /// The C name is `CR_SERVER_LOST`. The statement may or may not have been carried out.
    public static let serverLost = Self(CR_SERVER_LOST)

    /// A prepared statement now has other columns, because its table was altered.
    ///
    /// The C name is `CR_NEW_STMT_METADATA`.
    public static let columnsChanged = Self(CR_NEW_STMT_METADATA)

    /// Memory could not be had.
    ///
    /// The C name is `CR_OUT_OF_MEMORY`.
    public static let outOfMemory = Self(CR_OUT_OF_MEMORY)
}

extension ServerErrorCode {
    /// Whether this number means that the connection is of no more use.
    public var isConnectionLost: Bool {
        switch self {
        case .serverGone, .serverLost, .connectionKilled, .serverShutdown: true
        // With TLS also a silent server, or one that hung up, is told as a fault of the encryption.
        case .encryptionFailed: true
        default: false
        }
    }

    /// Whether the whole transaction may succeed when it is run again on the same server.
    public var allowsRetry: Bool {
        switch self {
        case .deadlock, .rowChanged, .lockWaitTimeout: true
        default: false
        }
    }

    /// Whether a COMMIT answered with this number has certainly committed nothing.
    var provesRollback: Bool {
        switch self {
        case .deadlock, .rowChanged, .nodeNotReady: true
        default: false
        }
    }
}

extension ServerErrorCode: CustomStringConvertible {
    /// The number, with its meaning where there is a name for it.
    public var description: String {
        guard let meaning else { return "MariaDB error \(rawValue)" }
        return "MariaDB error \(rawValue), \(meaning)"
    }

    private var meaning: String? {
        switch self {
        case .duplicateEntry: "a unique key already has this value"
        case .deadlock: "deadlock"
        case .lockWaitTimeout: "a lock was not free in time"
        case .rowChanged: "the row has changed since it was read"
        case .nodeNotReady: "the node does not take statements"
        case .errorDuringCommit: "the commit failed"
        case .tooManyConnections: "the server has too many connections"
        case .tooManyUserConnections: "the account has too many connections"
        case .statementTimeout: "the statement took too long"
        case .databaseAccessDenied: "the account may not use this database"
        case .accessDenied: "user name or password is wrong"
        case .tableAccessDenied: "the account lacks a privilege on the table"
        case .unknownDatabase: "no such database"
        case .noSuchTable: "no such table"
        case .unknownColumn: "no such column"
        case .connectionKilled: "the connection was killed"
        case .serverShutdown: "the server is shutting down"
        case .serverUnreachable: "the server cannot be reached"
        case .hostUnreachable: "the server's host cannot be reached"
        case .encryptionFailed: "no trusted encryption"
        case .authenticationNotAllowed: "the server asks for a way to log in that is not allowed"
        case .serverGone: "the connection is gone"
        case .serverLost: "the connection was lost while waiting for the answer"
        case .columnsChanged: "the table was altered meanwhile"
        case .outOfMemory: "out of memory"
        default: nil
        }
    }
}
