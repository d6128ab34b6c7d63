internal import CMariaDB
internal import Glibc

/// A session with the server, owned by one thread.
///
/// It is not `Sendable` on purpose: make it inside of the thread that uses it. A connection that
/// was lost stays dead; ``isUsable`` tells, and its owner makes a new one, or lets
/// ``ReconnectingConnection`` do so.
///
/// Each distinct text is prepared once and then kept, so that an execution is one round trip.
@safe public final class Connection {
    /// nil once the connection is lost or closed.
    @exclusivity(unchecked) private var raw: UnsafeMutablePointer<MYSQL>?
    /// A list: the length of a text tells nearly all apart, and looking at it is cheaper than a hash.
    private var prepared: [(text: String, statement: PreparedStatement)] = []
    private let parameters = ParameterBuffer()
    /// Whether a statement has reached the server since the owner last set this to false.
    var hasActed = false
    /// When no further statement is sent; nil for never.
    var deadline: ContinuousClock.Instant?
    /// How long an exchange with the server may take, in seconds; 0 for ever.
    private let timeout: UInt32
    /// The transaction under way, if there is one.
    var transactionState = TransactionState.none

    /// How many prepared statements are kept before all are dropped.
    ///
    /// A program has fewer texts than this; the limit only guards the server's memory.
    private static let preparedLimit = 256

    /// The library's own state, made once before the first connection.
    ///
    /// `mysql_library_init` is another name for `mysql_server_init`, which two threads must not
    /// call at once. `mysql_thread_init` and its end are not called: in Connector/C 3 they do
    /// nothing.
    private static let library: Void = {
        _ = mysql_server_init(0, nil, nil)
    }()

    /// Connects and prepares the session: UTC, utf8mb4, strict mode, the limits of the settings.
    ///
    /// - Parameters:
    ///   - settings: Where the server is, and how patient to be with it.
    ///   - time: How long connecting may take; nil: as long as the settings say.
    /// - Throws: ``MariaDBError/connectFailed(_:)``
    public init(_ settings: ConnectionSettings, within time: Duration? = nil) throws(MariaDBError) {
        timeout = settings.readTimeout
        _ = Self.library
        guard let handle = unsafe mysql_init(nil) else { throw .connectFailed(.outOfMemory) }
        let limit = time ?? settings.connectTime
        unsafe Self.configure(handle, with: settings, connectingWithin: limit)
        WaitLimit.begin(connectingWithin: limit)
        if let code = unsafe Self.connect(handle, to: settings) {
            unsafe mysql_close(handle)
            throw .connectFailed(code)
        }
        unsafe raw = handle
    }

    deinit { close() }

    /// Ends the session; an open transaction is rolled back by the server.
    public func close() {
        guard let handle = unsafe raw else { return }
        prepared.removeAll()
        unsafe mysql_close(handle)
        unsafe raw = nil
    }

    /// Whether the connection was neither lost nor closed, as far as is known without asking.
    public var isUsable: Bool { unsafe raw != nil }

    /// Whether the server has kept still since the last answer.
    ///
    /// A server never speaks first, except to end the session: after `wait_timeout`, KILL or a
    /// shutdown there is something to read. Asking costs one poll(2) and no round trip.
    var isQuiet: Bool {
        guard let handle = unsafe raw else { return false }
        var descriptor = unsafe pollfd(
            fd: mysql_get_socket(handle), events: Int16(POLLIN), revents: 0)
        return unsafe poll(&descriptor, 1, 0) == 0
    }

    /// The number by which the server knows this session, as KILL takes it.
    public var sessionNumber: UInt64 {
        guard let handle = unsafe raw else { return 0 }
        return unsafe UInt64(mysql_thread_id(handle))
    }
}

// MARK: - Statements

extension Connection {
    private func run<Result>(
        _ statement: Statement, _ values: [SQLValue],
        _ read: (PreparedStatement) throws(MariaDBError) -> Result
    ) throws(MariaDBError) -> Result {
        // After a rollback by the server a statement would be one of its own and commit itself.
        if case .rolledBack(let code) = transactionState { throw .statementFailed(code) }
        try checkTime()
        do throws(MariaDBError) {
            let prepared = try prepare(statement.text)
            WaitLimit.begin(seconds: timeout, deadline: deadline)
            do throws(MariaDBError) {
                try prepared.execute(values, through: parameters)
                hasActed = true
                return try read(prepared)
            } catch {
                if error != .connectionLost(.serverGone) { hasActed = true }
                if error.isConnectionLost, let handle = unsafe raw {
                    unsafe WaitLimit.hangUp(handle)
                }
                prepared.discardRows()
                throw error
            }
        } catch {
            cleanUp(after: error, of: statement.text)
            throw error
        }
    }

    /// Throws when it is too late to send anything.
    func checkTime() throws(MariaDBError) {
        if let deadline, deadline < .now { throw .timeIsOver }
    }

    private func prepare(_ text: String) throws(MariaDBError) -> PreparedStatement {
        if let place = place(of: text) { return prepared[place].statement }
        guard let handle = unsafe raw else { throw .connectionLost(.serverGone) }
        if prepared.count >= Self.preparedLimit { prepared.removeAll() }
        WaitLimit.begin(seconds: timeout, deadline: deadline)
        let fresh = try unsafe PreparedStatement(text, on: handle)
        prepared.append((text, fresh))
        // That was a round trip of its own.
        try checkTime()
        return fresh
    }

    private func place(of text: String) -> Int? {
        let length = text.utf8.count
        for place in prepared.indices
        where prepared[place].text.utf8.count == length && prepared[place].text == text {
            return place
        }
        return nil
    }

    private func cleanUp(after error: MariaDBError, of text: String) {
        switch error {
        case .duplicateKey: break
        case .statementFailed(let code) where code.allowsRetry: noteFailure(error)
        case .statementFailed:
            // The statement may be out of date, as after ALTER TABLE: prepare it anew next time.
            if let place = place(of: text) { prepared.remove(at: place) }
        default:
            if error.isConnectionLost { close() }
        }
    }

    /// Sends a text of our own without values and forgets what it returns: one round trip.
    ///
    /// - Returns: The server's message with the error.
    func runText(_ text: String) -> (error: MariaDBError, message: String)? {
        guard let handle = unsafe raw else { return (.connectionLost(.serverGone), "") }
        hasActed = true
        WaitLimit.begin(seconds: timeout, deadline: deadline)
        var text = text
        var status = text.withUTF8 { utf8 in
            unsafe utf8.withMemoryRebound(to: CChar.self) { characters in
                unsafe mysql_real_query(handle, characters.baseAddress, UInt(characters.count))
            }
        }
        while status == 0 {
            if let rows = unsafe mysql_store_result(handle) { unsafe mysql_free_result(rows) }
            guard unsafe mysql_errno(handle) == 0 else { break }
            status = unsafe mysql_next_result(handle)
        }
        let number = unsafe mysql_errno(handle)
        guard number != 0 else { return nil }
        let message = unsafe String(cString: mysql_error(handle))
        let error = MariaDBError(number: number, message: message)
        if error.isConnectionLost { close() }
        return (error, message)
    }
}

extension Connection {
    /// Runs a statement and returns all its rows.
    public func query(
        _ statement: Statement, _ values: [SQLValue]
    ) throws(MariaDBError) -> [Row] {
        try run(statement, values) { prepared throws(MariaDBError) in
            var rows: [Row] = []
            while let row = try prepared.nextRow() { rows.append(row) }
            return rows
        }
    }

    /// Runs a statement and returns its first row, or nil when there is none.
    public func queryOne(
        _ statement: Statement, _ values: [SQLValue]
    ) throws(MariaDBError) -> Row? {
        try run(statement, values) { prepared throws(MariaDBError) in
            guard let first = try prepared.nextRow() else { return nil }
            while try prepared.nextRow() != nil {}
            return first
        }
    }

    /// Runs a statement that changes something.
    ///
    /// - Throws: ``MariaDBError/duplicateKey(name:)`` among others.
    @discardableResult
    public func execute(
        _ statement: Statement, _ values: [SQLValue]
    ) throws(MariaDBError) -> ExecutionResult {
        try run(statement, values) { prepared throws(MariaDBError) in
            let outcome = prepared.outcome
            while try prepared.nextRow() != nil {}
            return outcome
        }
    }

    /// Runs a statement and returns all its rows.
    public func query(_ sql: SQL) throws(MariaDBError) -> [Row] {
        try query(sql.statement, sql.values)
    }

    /// Runs a statement and returns its first row, or nil when there is none.
    public func queryOne(_ sql: SQL) throws(MariaDBError) -> Row? {
        try queryOne(sql.statement, sql.values)
    }

    /// Runs a statement that changes something.
    @discardableResult
    public func execute(_ sql: SQL) throws(MariaDBError) -> ExecutionResult {
        try execute(sql.statement, sql.values)
    }
}
