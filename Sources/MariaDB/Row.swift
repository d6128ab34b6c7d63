/// One row of a result, copied out of the C library.
///
/// Columns are counted from 0, in the order of the statement. Each getter throws
/// ``MariaDBError/unexpectedValue(column:)`` for a column that does not exist, that holds another
/// type or a number out of range, and, unless its name begins with `optional`, for NULL.
public struct Row: Hashable, Sendable {
    /// The values in the order of the columns.
    public let values: [SQLValue]

    init(_ values: [SQLValue]) {
        self.values = values
    }

    /// The value of a column, whatever it is.
    public func value(_ column: Int) throws(MariaDBError) -> SQLValue {
        guard values.indices.contains(column) else { throw .unexpectedValue(column: column) }
        return values[column]
    }

    /// Whether a column is NULL.
    public func isNull(_ column: Int) throws(MariaDBError) -> Bool {
        try value(column) == .null
    }

    /// An integer of any type.
    public func integer(_ column: Int) throws(MariaDBError) -> Int64 {
        switch try value(column) {
        case .integer(let number): return number
        case .unsigned(let number) where number <= UInt64(Int64.max): return Int64(number)
        default: throw .unexpectedValue(column: column)
        }
    }

    /// An integer of any type that is not negative.
    public func unsigned(_ column: Int) throws(MariaDBError) -> UInt64 {
        switch try value(column) {
        case .unsigned(let number): return number
        case .integer(let number) where number >= 0: return UInt64(number)
        default: throw .unexpectedValue(column: column)
        }
    }

    /// A BOOLEAN: 0 is false, any other integer is true.
    public func boolean(_ column: Int) throws(MariaDBError) -> Bool {
        try integer(column) != 0
    }

    /// A FLOAT or DOUBLE.
    public func double(_ column: Int) throws(MariaDBError) -> Double {
        guard case .double(let number) = try value(column) else {
            throw .unexpectedValue(column: column)
        }
        return number
    }

    /// Text, an ENUM's name or a DECIMAL's digits.
    public func text(_ column: Int) throws(MariaDBError) -> String {
        guard case .text(let text) = try value(column) else {
            throw .unexpectedValue(column: column)
        }
        return text
    }

    /// A binary string.
    public func bytes(_ column: Int) throws(MariaDBError) -> [UInt8] {
        guard case .bytes(let bytes) = try value(column) else {
            throw .unexpectedValue(column: column)
        }
        return bytes
    }

    /// A moment in UTC, in microseconds since 1970-01-01T00:00:00Z.
    public func dateTime(_ column: Int) throws(MariaDBError) -> Int64 {
        guard case .dateTime(let moment) = try value(column) else {
            throw .unexpectedValue(column: column)
        }
        return moment
    }
}

extension Row {
    /// As ``integer(_:)``, with nil for NULL.
    public func optionalInteger(_ column: Int) throws(MariaDBError) -> Int64? {
        try isNull(column) ? nil : integer(column)
    }

    /// As ``unsigned(_:)``, with nil for NULL.
    public func optionalUnsigned(_ column: Int) throws(MariaDBError) -> UInt64? {
        try isNull(column) ? nil : unsigned(column)
    }

    /// As ``boolean(_:)``, with nil for NULL.
    public func optionalBoolean(_ column: Int) throws(MariaDBError) -> Bool? {
        try isNull(column) ? nil : boolean(column)
    }

    /// As ``double(_:)``, with nil for NULL.
    public func optionalDouble(_ column: Int) throws(MariaDBError) -> Double? {
        try isNull(column) ? nil : double(column)
    }

    /// As ``text(_:)``, with nil for NULL.
    public func optionalText(_ column: Int) throws(MariaDBError) -> String? {
        try isNull(column) ? nil : text(column)
    }

    /// As ``bytes(_:)``, with nil for NULL.
    public func optionalBytes(_ column: Int) throws(MariaDBError) -> [UInt8]? {
        try isNull(column) ? nil : bytes(column)
    }

    /// As ``dateTime(_:)``, with nil for NULL.
    public func optionalDateTime(_ column: Int) throws(MariaDBError) -> Int64? {
        try isNull(column) ? nil : dateTime(column)
    }
}
