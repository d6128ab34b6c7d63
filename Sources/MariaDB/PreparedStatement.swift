internal import CMariaDB

/// A statement that the server has already parsed, with the memory for its results.
///
/// Only a ``Connection`` makes one; it lives in the cache of that connection.
@safe final class PreparedStatement {
    private let raw: UnsafeMutablePointer<MYSQL_STMT>
    private let parameterCount: Int
    private var result: ResultBuffer?

    /// Prepares the text: one round trip.
    init(
        _ text: String, on connection: UnsafeMutablePointer<MYSQL>
    ) throws(MariaDBError) {
        guard let handle = unsafe mysql_stmt_init(connection) else {
            throw .statementFailed(.outOfMemory)
        }
        var text = text
        let status = text.withUTF8 { utf8 in
            unsafe utf8.withMemoryRebound(to: CChar.self) { characters in
                unsafe mysql_stmt_prepare(
                    handle, characters.baseAddress, UInt(characters.count))
            }
        }
        guard status == 0 else {
            let failure = unsafe Self.failure(of: handle)
            unsafe mysql_stmt_close(handle)
            throw failure
        }
        unsafe raw = handle
        parameterCount = unsafe Int(mysql_stmt_param_count(handle))
    }

    deinit {
        unsafe mysql_stmt_close(raw)
    }

    /// Runs the statement with these values: one round trip.
    ///
    /// Rows, if there are any, must be fetched with ``nextRow()`` up to its nil, or discarded.
    func execute(_ values: [SQLValue], through buffer: ParameterBuffer) throws(MariaDBError) {
        guard values.count == parameterCount else {
            throw .wrongNumberOfValues(expected: parameterCount, given: values.count)
        }
        try unsafe buffer.bind(values, to: raw)
        guard unsafe mysql_stmt_execute(raw) == 0 else { throw unsafe Self.failure(of: raw) }
        let count = unsafe Int(mysql_stmt_field_count(raw))
        guard count > 0 else { return }
        let fields = unsafe UnsafeBufferPointer(start: mariadb_stmt_fetch_fields(raw), count: count)
        // Types may differ from the last time: `SELECT ?` takes that of the value.
        if let result, unsafe result.fits(fields) { return }
        let fresh = unsafe ResultBuffer(for: fields)
        // Should that fail, the library may write into neither: the next run binds anew.
        result = nil
        guard unsafe fresh.bind(to: raw) else { throw unsafe Self.failure(of: raw) }
        result = fresh
    }

    /// - Returns: The next row, or nil after the last and for statements that return none.
    func nextRow() throws(MariaDBError) -> Row? {
        guard unsafe mysql_stmt_field_count(raw) > 0 else { return nil }
        // A server that never stops sending is not waited for.
        guard !WaitLimit.isReached else { throw .connectionLost(.serverLost) }
        switch unsafe mysql_stmt_fetch(raw) {
        case 0, MYSQL_DATA_TRUNCATED: return try unsafe result?.row(of: raw)
        case MYSQL_NO_DATA: return nil
        default: throw unsafe Self.failure(of: raw)
        }
    }

    /// Reads and forgets the rows that were not fetched.
    func discardRows() {
        unsafe mysql_stmt_free_result(raw)
    }

    /// What a statement without rows has done.
    var outcome: ExecutionResult {
        ExecutionResult(
            affectedRows: unsafe mysql_stmt_affected_rows(raw),
            lastInsertID: unsafe mysql_stmt_insert_id(raw))
    }

    /// The error of the last call.
    ///
    /// An error among the rows is noted only at the connection: libmariadb leaves the statement's
    /// own number at 0. A statement without a connection was cut off from it.
    private static func failure(of statement: UnsafeMutablePointer<MYSQL_STMT>) -> MariaDBError {
        let number = unsafe mysql_stmt_errno(statement)
        if number != 0 {
            return unsafe MariaDBError(
                number: number, message: String(cString: mysql_stmt_error(statement)))
        }
        guard let connection = unsafe statement.pointee.mysql,
            unsafe mysql_errno(connection) != 0
        else { return .connectionLost(.serverLost) }
        return unsafe MariaDBError(
            number: mysql_errno(connection), message: String(cString: mysql_error(connection)))
    }
}

/// What INSERT, UPDATE, DELETE and the like have done.
public struct ExecutionResult: Hashable, Sendable {
    /// How many rows were inserted, deleted or really changed.
    ///
    /// An UPDATE that sets what is there already counts nothing. INSERT … ON DUPLICATE KEY UPDATE
    /// counts 1 for a row inserted, 2 for one changed, 0 for one left as it was.
    public let affectedRows: UInt64
    /// The value that AUTO_INCREMENT gave, or 0; the first of them when there are several.
    public let lastInsertID: UInt64
}
