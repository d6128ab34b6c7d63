/// A statement together with its values.
///
/// Write it as a literal. `"… WHERE id = \(id)"` binds `id`; there is no way to put text that is
/// made at run time into the statement. On hot paths use a ``Statement`` and pass the values
/// apart: it builds no text.
public struct SQL: ExpressibleByStringInterpolation, Sendable {
    /// The text with `?` marks.
    public let statement: Statement
    /// A value for each mark.
    public let values: [SQLValue]

    /// Takes a literal without interpolations.
    public init(stringLiteral literal: StaticString) {
        statement = Statement(stringLiteral: literal)
        values = []
    }

    /// Takes a literal with interpolated values.
    public init(stringInterpolation parts: Parts) {
        statement = Statement(checkedText: parts.text.text)
        values = parts.values
    }

    /// The pieces of a literal on their way into ``SQL``.
    public struct Parts: StringInterpolationProtocol {
        fileprivate var text: Statement.Parts
        fileprivate var values: [SQLValue] = []

        /// Makes room for the pieces.
        public init(literalCapacity: Int, interpolationCount: Int) {
            text = Statement.Parts(
                literalCapacity: literalCapacity, interpolationCount: interpolationCount)
            values.reserveCapacity(interpolationCount)
        }

        /// Adds a piece of the literal.
        public mutating func appendLiteral(_ literal: StaticString) {
            text.appendLiteral(literal)
        }

        /// Binds a value.
        public mutating func appendInterpolation(_ value: some SQLBindable) {
            text.appendLiteral("?")
            values.append(value.sqlValue)
        }

        /// Binds a value, or NULL for nil.
        public mutating func appendInterpolation(_ value: (some SQLBindable)?) {
            text.appendLiteral("?")
            values.append(value.sqlValue)
        }

        /// Adds a column name in backticks.
        public mutating func appendInterpolation(identifier name: ColumnName) {
            text.appendInterpolation(identifier: name)
        }
    }
}

extension SQL: CustomStringConvertible {
    /// The text alone: values may be personal data.
    public var description: String { statement.text }
}
