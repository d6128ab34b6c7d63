/// A value that a statement binds or a row holds.
public enum SQLValue: Hashable, Sendable {
    /// SQL's NULL.
    case null
    /// Any signed integer type.
    case integer(Int64)
    /// Any unsigned integer type.
    case unsigned(UInt64)
    /// FLOAT or DOUBLE.
    case double(Double)
    /// CHAR, VARCHAR, TEXT, ENUM or DECIMAL, as UTF-8.
    case text(String)
    /// BINARY, VARBINARY, BLOB or BIT.
    case bytes([UInt8])
    /// DATETIME, TIMESTAMP or DATE in UTC: microseconds since 1970-01-01T00:00:00Z, not counting
    /// leap seconds, in the years 1000 to 9999.
    case dateTime(unixMicroseconds: Int64)

    /// A BOOLEAN, which MariaDB keeps as the integers 0 and 1.
    public static func boolean(_ value: Bool) -> Self { .integer(value ? 1 : 0) }
}

extension SQLValue: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// The kind alone: values may be personal data or secrets.
    public var description: String {
        switch self {
        case .null: "SQLValue(null)"
        case .integer: "SQLValue(integer, hidden)"
        case .unsigned: "SQLValue(unsigned, hidden)"
        case .double: "SQLValue(double, hidden)"
        case .text: "SQLValue(text, hidden)"
        case .bytes: "SQLValue(bytes, hidden)"
        case .dateTime: "SQLValue(dateTime, hidden)"
        }
    }

    /// The same as ``description``.
    public var debugDescription: String { description }

    /// Shows nothing.
    public var customMirror: Mirror { Mirror(self, children: [:]) }
}

/// A type whose values an interpolation of ``SQL`` binds.
public protocol SQLBindable {
    /// The value to bind.
    var sqlValue: SQLValue { get }
}

extension SQLValue: SQLBindable {
    /// The value itself.
    public var sqlValue: SQLValue { self }
}

extension Int: SQLBindable {
    /// A signed integer.
    public var sqlValue: SQLValue { .integer(Int64(self)) }
}

extension Int64: SQLBindable {
    /// A signed integer.
    public var sqlValue: SQLValue { .integer(self) }
}

extension UInt64: SQLBindable {
    /// An unsigned integer.
    public var sqlValue: SQLValue { .unsigned(self) }
}

extension Bool: SQLBindable {
    /// The integer 0 or 1.
    public var sqlValue: SQLValue { .boolean(self) }
}

extension Double: SQLBindable {
    /// A DOUBLE.
    public var sqlValue: SQLValue { .double(self) }
}

extension String: SQLBindable {
    /// Text.
    public var sqlValue: SQLValue { .text(self) }
}

extension [UInt8]: SQLBindable {
    /// Bytes.
    public var sqlValue: SQLValue { .bytes(self) }
}

extension Optional where Wrapped: SQLBindable {
    /// The value inside, or NULL.
    public var sqlValue: SQLValue { self?.sqlValue ?? .null }
}
