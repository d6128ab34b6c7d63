extension MariaDBError {
    /// What went wrong, in words for who watches; few enough to count each.
    public enum Kind: String, Sendable, CaseIterable {
        /// No connection could be made.
        case unreachable
        /// The server let nobody in: too many connections, or a wrong password.
        case turnedAway = "turned_away"
        /// A connection went away while it was used.
        case lost
        /// Another transaction was in the way; it is tried again.
        case conflict
        /// A lock was not free in time.
        case lockTimeout = "lock_timeout"
        /// A statement took too long.
        case statementTimeout = "statement_timeout"
        /// Whether a COMMIT succeeded is not known.
        case commitUnknown = "commit_unknown"
        /// A node of a cluster does not take statements.
        case notReady = "not_ready"
        /// A right, a table or a column is missing.
        case refused
        /// A request had used up its time before a statement was sent.
        case outOfTime = "out_of_time"
        /// Anything else.
        case other
    }

    /// The kind; nil for what is no failure of the database but a result.
    public var kind: Kind? {
        switch self {
        case .duplicateKey: nil
        case .connectFailed(let code): code.turnsAway ? .turnedAway : .unreachable
        case .connectionLost: .lost
        case .timeIsOver: .outOfTime
        case .commitOutcomeUnknown: .commitUnknown
        case .statementFailed(let code), .scriptFailed(_, _, let code, _): code.kind
        case .unexpectedValue, .wrongNumberOfValues, .momentOutOfRange: .other
        }
    }
}

extension ServerErrorCode {
    fileprivate var turnsAway: Bool {
        switch self {
        case .tooManyConnections, .tooManyUserConnections, .accessDenied, .databaseAccessDenied,
            .authenticationNotAllowed:
            true
        default: false
        }
    }

    fileprivate var kind: MariaDBError.Kind {
        switch self {
        case .deadlock, .rowChanged: .conflict
        case .lockWaitTimeout: .lockTimeout
        case .statementTimeout: .statementTimeout
        case .nodeNotReady: .notReady
        case .tableAccessDenied, .databaseAccessDenied, .accessDenied, .noSuchTable,
            .unknownColumn, .unknownDatabase:
            .refused
        case .tooManyConnections, .tooManyUserConnections: .turnedAway
        default: isConnectionLost ? .lost : .other
        }
    }
}

/// Who is told what happens on the connections of a process; called by every thread.
public protocol ConnectionObserver: Sendable {
    /// A connection was made.
    func connectionOpened()

    /// Something went wrong, whether or not it is tried again.
    func databaseFailed(_ kind: MariaDBError.Kind)
}
