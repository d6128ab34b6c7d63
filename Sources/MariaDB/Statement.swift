/// The text of a statement, with a `?` for each value that is bound when it runs.
///
/// Write it as a literal, best as a `static let`: then no text is built while a request waits.
///
/// ```swift
/// static let find: Statement = "SELECT id, password FROM users WHERE username_key = ?"
/// let row = try connection.queryOne(Self.find, [.text(key)])
/// ```
///
/// Interpolations add nothing but ``ColumnName``s, `?` marks and other statements. The pieces of a literal are
/// `StaticString`s, so no text that is made at run time can get in.
public struct Statement: ExpressibleByStringInterpolation, Hashable, Sendable {
    /// The text as it is sent to the server.
    public let text: String

    /// Takes a literal without interpolations.
    public init(stringLiteral literal: StaticString) {
        text = "\(literal)"
    }

    /// Takes a literal with interpolated column names or marks.
    public init(stringInterpolation parts: Parts) {
        text = parts.text
    }

    init(checkedText text: String) {
        self.text = text
    }

    /// The pieces of a literal on their way into a ``Statement``.
    public struct Parts: StringInterpolationProtocol {
        var text = ""

        /// Makes room for the pieces.
        public init(literalCapacity: Int, interpolationCount: Int) {
            text.reserveCapacity(literalCapacity + interpolationCount * 16)
        }

        /// Adds a piece of the literal.
        public mutating func appendLiteral(_ literal: StaticString) {
            text += "\(literal)"
        }

        /// Adds a part that several statements have in common, a literal itself, with its marks.
        public mutating func appendInterpolation(part: Statement) {
            text += part.text
        }

        /// Adds a column name in backticks.
        public mutating func appendInterpolation(identifier name: ColumnName) {
            text += "`\(name.text)`"
        }

        /// Adds each name after a comma; nothing when there is none.
        ///
        /// `"SELECT id\(furtherIdentifiers: names) FROM users"`
        public mutating func appendInterpolation(furtherIdentifiers names: [ColumnName]) {
            for name in names { text += ", `\(name.text)`" }
        }

        /// Adds each name after a comma, in a piece of text of its own.
        ///
        /// `"SELECT id\(furtherIdentifiers: names, between: "MAX(", and: ")") FROM users"`
        public mutating func appendInterpolation(
            furtherIdentifiers names: [ColumnName], between prefix: StaticString,
            and suffix: StaticString
        ) {
            for name in names { text += ", \(prefix)`\(name.text)`\(suffix)" }
        }

        /// Adds as many marks, each after a comma.
        ///
        /// `"VALUES (?\(furtherMarks: names.count))"`
        public mutating func appendInterpolation(furtherMarks count: Int) {
            for _ in 0..<count { text += ", ?" }
        }

        /// Adds a mark for each name, as in SET, each after a comma.
        ///
        /// `` "UPDATE users SET email = ?\(furtherAssignments: names) WHERE id = ?" ``
        public mutating func appendInterpolation(furtherAssignments names: [ColumnName]) {
            for name in names { text += ", `\(name.text)` = ?" }
        }
    }
}

extension Statement: CustomStringConvertible {
    /// The text; it holds no value.
    public var description: String { text }
}
