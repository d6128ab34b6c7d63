public import Auth
import MariaDB

/// The declared fields of the user as columns, and the statements that name them.
///
/// The statements are made once: column names cannot be bound, so they are checked and quoted.
public struct CustomFieldColumns: Sendable {
    /// Why a declaration cannot be a column.
    public struct Fault: Error, Hashable, Sendable {
        /// The field.
        public let field: String
    }

    /// The declared fields.
    public let fields: [CustomField]
    private let claimed: [CustomField]
    /// The columns of all declared fields, in their order.
    let columns: [ColumnName]
    let insertUser: Statement
    let beginLogin: Statement
    let beginLimitedLogin: Statement
    let findRefresh: Statement

    /// - Throws: ``Fault`` for a name that is no column name.
    public init(_ fields: [CustomField]) throws(Fault) {
        self.fields = fields
        columns = try CustomFieldColumns.names(of: fields)
        claimed = fields.filter(\.isInAccessToken)
        let settable = try CustomFieldColumns.names(of: fields.filter(\.isSetAtRegistration))
        let claims = try CustomFieldColumns.names(of: claimed)
        insertUser = """
            INSERT INTO users (username, username_key, email, email_key, password, \
            date_joined\(furtherIdentifiers: settable)) \
            VALUES (?, ?, ?, ?, ?, ?\(furtherMarks: settable.count))
            """
        beginLogin = LoginStatements.begin(claims: claims)
        beginLimitedLogin = LoginStatements.beginLimited(claims: claims)
        findRefresh = """
            SELECT EXISTS(SELECT 1 FROM refresh_token_blacklist WHERE token_id = ?), \
            is_active, session_generation, sessions_ended_at\(furtherIdentifiers: claims) \
            FROM users WHERE id = ?
            """
    }

    private static func names(of fields: [CustomField]) throws(Fault) -> [ColumnName] {
        var names: [ColumnName] = []
        for field in fields {
            guard let name = ColumnName(field.name) else { throw Fault(field: field.name) }
            names.append(name)
        }
        return names
    }

    /// Reads the fields that go into the access token.
    ///
    /// - Parameter first: Their first column in the row.
    func accessClaims(in row: Row, from first: Int) throws(MariaDBError) -> [CustomFieldValue] {
        guard !claimed.isEmpty else { return [] }
        return try Self.values(of: claimed, in: row, from: first)
    }

    /// Reads all declared fields.
    ///
    /// - Parameter first: Their first column in the row.
    func values(in row: Row, from first: Int) throws(MariaDBError) -> [CustomFieldValue] {
        try Self.values(of: fields, in: row, from: first)
    }

    private static func values(
        of fields: [CustomField], in row: Row, from first: Int
    ) throws(MariaDBError) -> [CustomFieldValue] {
        var values: [CustomFieldValue] = []
        for (offset, field) in fields.enumerated() {
            let value = try row.value(first + offset)
            values.append(CustomFieldValue(field: field, value: CustomValue(value, of: field.kind)))
        }
        return values
    }
}

extension CustomValue {
    /// The value of a column.
    init(_ value: SQLValue, of kind: CustomField.Kind) {
        switch (kind, value) {
        case (_, .null): self = .null
        case (.boolean, .integer(let number)): self = .boolean(number != 0)
        case (.boolean, .unsigned(let number)): self = .boolean(number != 0)
        case (.date, .dateTime(let microseconds)):
            self = .text(CalendarDay(unixMicroseconds: microseconds).text)
        case (_, .integer(let number)): self = .integer(number)
        case (_, .unsigned(let number)): self = .integer(Int64(clamping: number))
        case (_, .text(let text)): self = .text(text)
        case (_, .bytes(let bytes)): self = .text(String(decoding: bytes, as: UTF8.self))
        case (_, .double(let number)): self = .text("\(number)")
        case (_, .dateTime(let microseconds)):
            self = .text(CalendarDay(unixMicroseconds: microseconds).text)
        }
    }

    /// The value for a column.
    var sqlValue: SQLValue {
        switch self {
        case .null: .null
        case .text(let text): .text(text)
        case .integer(let number): .integer(number)
        case .boolean(let flag): .boolean(flag)
        }
    }
}
