internal import CMariaDB

/// The memory from which libmariadb reads the values of one execution.
///
/// A connection has one and uses it for all its statements, so that binding allocates nothing once
/// the buffer has grown to the usual size. `mysql_stmt_execute` copies out of it before it returns.
@safe final class ParameterBuffer {
    @exclusivity(unchecked) private var binds: UnsafeMutablePointer<MYSQL_BIND>
    private var bindCapacity = 16
    @exclusivity(unchecked) private var bytes: UnsafeMutableRawBufferPointer

    /// Numbers and dates lie at multiples of this, in bytes.
    private static let alignment = 16

    init() {
        unsafe binds = .allocate(capacity: bindCapacity)
        unsafe bytes = .allocate(byteCount: 1024, alignment: Self.alignment)
    }

    deinit {
        unsafe binds.deallocate()
        unsafe bytes.deallocate()
    }

    /// Copies the values in and binds them to a statement with as many parameters.
    ///
    /// - Throws: ``MariaDBError/momentOutOfRange``; ``MariaDBError/statementFailed(_:)`` when the
    ///   library refuses.
    func bind(
        _ values: [SQLValue], to statement: UnsafeMutablePointer<MYSQL_STMT>
    ) throws(MariaDBError) {
        guard !values.isEmpty else { return }
        makeRoom(for: values)
        var position = 0
        for (index, value) in values.enumerated() {
            let slot = unsafe binds + index
            unsafe slot.initialize(to: MYSQL_BIND())
            unsafe slot.pointee.buffer = bytes.baseAddress.map { unsafe $0 + position }
            try unsafe fill(slot, with: value)
            position += Self.roomNeeded(for: value)
        }
        guard unsafe mysql_stmt_bind_param(statement, binds) == 0 else {
            throw unsafe .statementFailed(ServerErrorCode(rawValue: mysql_stmt_errno(statement)))
        }
    }

    private func fill(
        _ slot: UnsafeMutablePointer<MYSQL_BIND>, with value: SQLValue
    ) throws(MariaDBError) {
        let target = unsafe slot.pointee.buffer
        switch value {
        case .null:
            unsafe slot.pointee.buffer_type = MYSQL_TYPE_NULL
        case .integer(let number):
            unsafe slot.pointee.buffer_type = MYSQL_TYPE_LONGLONG
            unsafe target?.storeBytes(of: number, as: Int64.self)
        case .unsigned(let number):
            unsafe slot.pointee.buffer_type = MYSQL_TYPE_LONGLONG
            unsafe slot.pointee.is_unsigned = 1
            unsafe target?.storeBytes(of: number, as: UInt64.self)
        case .double(let number):
            unsafe slot.pointee.buffer_type = MYSQL_TYPE_DOUBLE
            unsafe target?.storeBytes(of: number, as: Double.self)
        case .dateTime(let moment):
            guard let civil = CivilTime(unixMicroseconds: moment) else { throw .momentOutOfRange }
            unsafe slot.pointee.buffer_type = MYSQL_TYPE_DATETIME
            unsafe target?.storeBytes(of: civil.mysqlTime, as: MYSQL_TIME.self)
        case .text(var text):
            unsafe slot.pointee.buffer_type = MYSQL_TYPE_STRING
            unsafe slot.pointee.buffer_length = UInt(text.utf8.count)
            text.withUTF8 { utf8 in
                unsafe Self.copy(UnsafeRawBufferPointer(utf8), to: target)
            }
        case .bytes(let bytes):
            unsafe slot.pointee.buffer_type = MYSQL_TYPE_BLOB
            unsafe slot.pointee.buffer_length = UInt(bytes.count)
            unsafe bytes.withUnsafeBytes { unsafe Self.copy($0, to: target) }
        }
    }

    private static func copy(
        _ source: UnsafeRawBufferPointer, to target: UnsafeMutableRawPointer?
    ) {
        guard let start = source.baseAddress else { return }
        unsafe target?.copyMemory(from: start, byteCount: source.count)
    }

    private func makeRoom(for values: [SQLValue]) {
        if values.count > bindCapacity {
            unsafe binds.deallocate()
            bindCapacity = values.count
            unsafe binds = .allocate(capacity: bindCapacity)
        }
        var needed = 0
        for value in values { needed += Self.roomNeeded(for: value) }
        if unsafe bytes.count < needed {
            unsafe bytes.deallocate()
            unsafe bytes = .allocate(byteCount: needed * 2, alignment: Self.alignment)
        }
    }

    /// In bytes, a multiple of the alignment and never 0: libmariadb takes a value without an
    /// address for NULL.
    private static func roomNeeded(for value: SQLValue) -> Int {
        let size =
            switch value {
            case .null, .integer, .unsigned, .double: 8
            case .dateTime: MemoryLayout<MYSQL_TIME>.size
            case .text(let text): text.utf8.count
            case .bytes(let bytes): bytes.count
            }
        return (size / alignment + 1) * alignment
    }
}
