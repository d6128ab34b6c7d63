internal import CMariaDB

/// The memory into which libmariadb writes the columns of one row.
///
/// A value longer than its place is fetched again into memory of its own size, so nothing is cut.
@safe final class ResultBuffer {
    /// What of a column decides how it is bound.
    ///
    /// It changes when the table is altered, and with the values of `SELECT ?`.
    private struct Shape: Equatable {
        enum Kind { case signed, unsigned, double, dateTime, text, bytes }
        let kind: Kind
        /// Bytes of its place.
        let room: Int

        init(_ field: MYSQL_FIELD) {
            kind = unsafe Self.kind(of: field)
            room =
                switch kind {
                case .signed, .unsigned, .double: 8
                case .dateTime: MemoryLayout<MYSQL_TIME>.size
                case .text, .bytes: Int(min(unsafe field.length, UInt(ResultBuffer.longestInPlace)))
                }
        }

        private static func kind(of field: MYSQL_FIELD) -> Kind {
            switch unsafe field.type {
            case MYSQL_TYPE_TINY, MYSQL_TYPE_SHORT, MYSQL_TYPE_YEAR, MYSQL_TYPE_INT24,
                MYSQL_TYPE_LONG, MYSQL_TYPE_LONGLONG:
                unsafe field.flags & UInt32(UNSIGNED_FLAG) == 0 ? .signed : .unsigned
            case MYSQL_TYPE_FLOAT, MYSQL_TYPE_DOUBLE:
                .double
            case MYSQL_TYPE_DATETIME, MYSQL_TYPE_TIMESTAMP, MYSQL_TYPE_DATE:
                .dateTime
            case MYSQL_TYPE_NEWDECIMAL, MYSQL_TYPE_DECIMAL, MYSQL_TYPE_TIME:
                .text
            default:
                unsafe field.charsetnr == ResultBuffer.binaryCharacterSet ? .bytes : .text
            }
        }
    }

    /// Text and bytes up to this length need no second call, in bytes.
    private static let longestInPlace = 256
    /// The number of the character set `binary`.
    private static let binaryCharacterSet: UInt32 = 63

    private let shapes: [Shape]
    private let binds: UnsafeMutablePointer<MYSQL_BIND>
    /// For each column of the row: the whole length in bytes, and whether it is NULL.
    private let lengths: UnsafeMutablePointer<UInt>
    private let nulls: UnsafeMutablePointer<my_bool>
    private let places: UnsafeMutableRawPointer
    private let offsets: [Int]

    init(for fields: UnsafeBufferPointer<MYSQL_FIELD>) {
        shapes = unsafe fields.map { unsafe Shape($0) }
        var end = 0
        var offsets: [Int] = []
        for shape in shapes {
            offsets.append(end)
            end += (shape.room / 16 + 1) * 16
        }
        self.offsets = offsets
        unsafe binds = .allocate(capacity: shapes.count)
        unsafe binds.initialize(repeating: MYSQL_BIND(), count: shapes.count)
        unsafe lengths = .allocate(capacity: shapes.count)
        unsafe lengths.initialize(repeating: 0, count: shapes.count)
        unsafe nulls = .allocate(capacity: shapes.count)
        unsafe nulls.initialize(repeating: 0, count: shapes.count)
        unsafe places = .allocate(byteCount: max(end, 1), alignment: 16)
        for (index, shape) in shapes.enumerated() {
            let bind = unsafe binds + index
            unsafe bind.pointee.buffer = places + offsets[index]
            unsafe bind.pointee.buffer_length = UInt(shape.room)
            unsafe bind.pointee.buffer_type = Self.bufferType(shape.kind)
            unsafe bind.pointee.is_unsigned = shape.kind == .unsigned ? 1 : 0
            unsafe bind.pointee.length = lengths + index
            unsafe bind.pointee.is_null = nulls + index
        }
    }

    deinit {
        unsafe binds.deallocate()
        unsafe lengths.deallocate()
        unsafe nulls.deallocate()
        unsafe places.deallocate()
    }

    /// Whether this buffer was made for columns of just this shape.
    func fits(_ fields: UnsafeBufferPointer<MYSQL_FIELD>) -> Bool {
        guard fields.count == shapes.count else { return false }
        for index in fields.indices where unsafe Shape(fields[index]) != shapes[index] {
            return false
        }
        return true
    }

    /// Tells libmariadb to write into this buffer; false when it refuses.
    func bind(to statement: UnsafeMutablePointer<MYSQL_STMT>) -> Bool {
        unsafe mysql_stmt_bind_result(statement, binds) == 0
    }

    /// Copies the row that was fetched last.
    ///
    /// - Throws: ``MariaDBError/unexpectedValue(column:)`` for a date outside of the years 1000 to
    ///   9999, such as `0000-00-00`.
    func row(of statement: UnsafeMutablePointer<MYSQL_STMT>) throws(MariaDBError) -> Row {
        var values: [SQLValue] = []
        values.reserveCapacity(shapes.count)
        for index in shapes.indices {
            values.append(try unsafe value(index, of: statement))
        }
        return Row(values)
    }

    private func value(
        _ index: Int, of statement: UnsafeMutablePointer<MYSQL_STMT>
    ) throws(MariaDBError) -> SQLValue {
        guard unsafe nulls[index] == 0 else { return .null }
        let length = unsafe Int(lengths[index])
        let place = unsafe places + offsets[index]
        switch shapes[index].kind {
        case .signed: return unsafe .integer(place.load(as: Int64.self))
        case .unsigned: return unsafe .unsigned(place.load(as: UInt64.self))
        case .double: return unsafe .double(place.load(as: Double.self))
        case .dateTime:
            guard let civil = unsafe CivilTime(place.load(as: MYSQL_TIME.self)) else {
                throw .unexpectedValue(column: index)
            }
            return .dateTime(unixMicroseconds: civil.unixMicroseconds)
        case .text:
            guard length <= shapes[index].room else {
                let bytes = try unsafe whole(index, of: statement)
                return .text(String(decoding: bytes, as: UTF8.self))
            }
            return unsafe .text(
                String(
                    decoding: UnsafeRawBufferPointer(start: place, count: length),
                    as: UTF8.self))
        case .bytes:
            guard length <= shapes[index].room else {
                return .bytes(try unsafe whole(index, of: statement))
            }
            return unsafe .bytes(
                [UInt8](UnsafeRawBufferPointer(start: place, count: length)))
        }
    }

    /// Fetches a value that was longer than its place.
    private func whole(
        _ index: Int, of statement: UnsafeMutablePointer<MYSQL_STMT>
    ) throws(MariaDBError) -> [UInt8] {
        let length = unsafe Int(lengths[index])
        var received: UInt = 0
        var status: CInt = 0
        let bytes = unsafe [UInt8](unsafeUninitializedCapacity: length) { buffer, count in
            var bind = unsafe MYSQL_BIND()
            unsafe bind.buffer = UnsafeMutableRawPointer(buffer.baseAddress)
            unsafe bind.buffer_length = UInt(length)
            unsafe bind.buffer_type = binds[index].buffer_type
            status = unsafe withUnsafeMutablePointer(to: &received) { pointer in
                unsafe bind.length = pointer
                return unsafe mysql_stmt_fetch_column(statement, &bind, UInt32(index), 0)
            }
            count = status == 0 ? length : 0
        }
        guard status == 0, received == UInt(length) else {
            throw .unexpectedValue(column: index)
        }
        return bytes
    }

    private static func bufferType(_ kind: Shape.Kind) -> enum_field_types {
        switch kind {
        case .signed, .unsigned: MYSQL_TYPE_LONGLONG
        case .double: MYSQL_TYPE_DOUBLE
        case .dateTime: MYSQL_TYPE_DATETIME
        case .text: MYSQL_TYPE_STRING
        case .bytes: MYSQL_TYPE_BLOB
        }
    }
}
