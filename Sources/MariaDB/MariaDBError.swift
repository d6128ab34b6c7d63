/// Why the database did not do what it was asked.
///
/// No case carries a value of a statement, nor the server's own text of an ordinary statement:
/// that of a duplicate key, for one, quotes the value. Only
/// ``scriptFailed(statement:line:code:message:)`` quotes the server, for the administrator who
/// wrote the script.
public enum MariaDBError: Error, Hashable, Sendable {
    /// No connection could be made; nothing was sent.
    case connectFailed(ServerErrorCode)
    /// The server refused a statement and undid it.
    case statementFailed(ServerErrorCode)
    /// A unique key, whose name is given, already has the value.
    case duplicateKey(name: String)
    /// The connection ended. With ``ServerErrorCode/serverGone`` the statement was not sent; with
    /// any other number the statement may have been carried out, though a transaction that it
    /// belonged to was not committed.
    case connectionLost(ServerErrorCode)
    /// COMMIT was sent, and nobody knows whether it was carried out.
    case commitOutcomeUnknown(ServerErrorCode)
    /// The deadline of the work had passed; the statement was not sent.
    case timeIsOver
    /// A column, counted from 0, holds NULL or another type than the caller asked for.
    case unexpectedValue(column: Int)
    /// A statement has another number of `?` marks than values were given.
    case wrongNumberOfValues(expected: Int, given: Int)
    /// A moment lies outside of the years 1000 to 9999, which DATETIME can hold.
    case momentOutOfRange
    /// A statement of a script failed, counted from 1; it begins in this line, from 1.
    case scriptFailed(statement: Int, line: Int, code: ServerErrorCode, message: String)
}

extension MariaDBError {
    /// The number behind the error, or nil where none came from MariaDB.
    public var code: ServerErrorCode? {
        switch self {
        case .connectFailed(let code), .statementFailed(let code), .connectionLost(let code),
            .commitOutcomeUnknown(let code), .scriptFailed(_, _, let code, _):
            code
        case .duplicateKey: .duplicateEntry
        case .timeIsOver, .unexpectedValue, .wrongNumberOfValues, .momentOutOfRange: nil
        }
    }

    /// Whether the connection is dead or was never made.
    public var isConnectionLost: Bool {
        switch self {
        case .connectFailed, .connectionLost: true
        case .commitOutcomeUnknown(let code), .scriptFailed(_, _, let code, _):
            code.isConnectionLost
        default: false
        }
    }

    /// Whether nothing was committed and the whole transaction may succeed when run again.
    public var allowsRetry: Bool {
        guard case .statementFailed(let code) = self else { return false }
        return code.allowsRetry
    }

    /// Whether the database cannot serve anybody just now: away, overloaded or too slow.
    ///
    /// The answer to a client is 503, and a later try may succeed.
    public var isUnavailability: Bool {
        switch self {
        case .connectFailed, .connectionLost, .commitOutcomeUnknown, .timeIsOver: true
        case .statementFailed(let code):
            code.allowsRetry || code == .nodeNotReady || code == .statementTimeout
                || code == .tooManyConnections || code == .tooManyUserConnections
        default: false
        }
    }

    /// The name of the unique key that already has the value.
    public var duplicateKeyName: String? {
        guard case .duplicateKey(let name) = self else { return nil }
        return name
    }
}

extension MariaDBError {
    /// Sorts an error of a statement.
    ///
    /// - Parameter message: The server's English text, read only for the name of a duplicate key.
    init(number: UInt32, message: String) {
        let code = ServerErrorCode(rawValue: number)
        if code == .duplicateEntry {
            self = .duplicateKey(name: Self.keyName(in: message))
        } else if code.isConnectionLost {
            self = .connectionLost(code)
        } else {
            self = .statementFailed(code)
        }
    }

    /// Takes `users_email_key` from `Duplicate entry '…' for key 'users_email_key'`.
    ///
    /// The value comes first and may hold anything, so the name is what the last two quotes hold.
    private static func keyName(in message: String) -> String {
        let quote = UInt8(ascii: "'")
        let bytes = Array(message.utf8)
        guard let end = bytes.lastIndex(of: quote),
            let start = bytes[..<end].lastIndex(of: quote)
        else { return "" }
        return String(decoding: bytes[(start + 1)..<end], as: UTF8.self)
    }
}

extension MariaDBError: CustomStringConvertible {
    /// One sentence without any value of the statement.
    public var description: String {
        switch self {
        case .connectFailed(let code): "No connection to the database: \(code)."
        case .statementFailed(let code): "The database refused a statement: \(code)."
        case .duplicateKey(let name): "The unique key \(name) already has this value."
        case .connectionLost(let code): "The connection to the database was lost: \(code)."
        case .commitOutcomeUnknown(let code): "It is not known whether COMMIT succeeded: \(code)."
        case .timeIsOver: "The database was too slow: the time for this request is over."
        case .unexpectedValue(let column): "Column \(column) of the result has an unexpected value."
        case .wrongNumberOfValues(let expected, let given):
            "The statement needs \(expected) values and was given \(given)."
        case .momentOutOfRange: "A moment lies outside of the years 1000 to 9999."
        case .scriptFailed(_, let line, let code, let message):
            "The statement in line \(line) failed: \(message) (MariaDB error \(code.rawValue))."
        }
    }
}

/// An error that can carry a ``MariaDBError``, so that one type travels through a transaction.
///
/// A store conforms its own error type, and its transactions then throw that type alone.
public protocol MariaDBFailure: Error {
    /// Wraps a failure of the database.
    init(_ databaseError: MariaDBError)

    /// The failure of the database inside, or nil when this is something else.
    var databaseError: MariaDBError? { get }
}

extension MariaDBError: MariaDBFailure {
    /// Takes the error as it is.
    public init(_ databaseError: MariaDBError) {
        self = databaseError
    }

    /// The error itself.
    public var databaseError: MariaDBError? { self }
}
