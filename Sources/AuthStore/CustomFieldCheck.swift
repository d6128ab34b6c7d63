public import Auth
public import MariaDB

/// Compares the declared fields of the user with the columns of the table.
public enum CustomFieldCheck {
    /// A declaration that the schema does not match.
    public struct Mismatch: Error, Hashable, Sendable, CustomStringConvertible {
        /// The field, and the column that it names.
        public let field: String
        /// What is wrong.
        public let reason: String

        /// One line that says which column and what to do.
        public var description: String { "user.fields.\(field): \(reason)" }
    }

    private static let findColumns: Statement = """
        SELECT column_name, data_type, is_nullable, column_default, \
        COALESCE(character_maximum_length, 0) \
        FROM information_schema.columns WHERE table_schema = DATABASE() AND table_name = 'users'
        """

    /// Finds the declarations that the schema does not match.
    public static func mismatches(
        of fields: [CustomField], on connection: Connection
    ) throws(MariaDBError) -> [Mismatch] {
        guard !fields.isEmpty else { return [] }
        var columns: [String: Column] = [:]
        for row in try connection.query(findColumns, []) {
            columns[try row.text(0)] = Column(
                type: try row.text(1).lowercased(), isNullable: try row.text(2) == "YES",
                hasDefault: try !row.isNull(3), length: try row.unsigned(4))
        }
        return fields.compactMap { field in
            reason(why: field, doesNotMatch: columns[field.name])
                .map { Mismatch(field: field.name, reason: $0) }
        }
    }

    private struct Column {
        let type: String
        let isNullable: Bool
        let hasDefault: Bool
        let length: UInt64
    }

    private static func reason(why field: CustomField, doesNotMatch column: Column?) -> String? {
        guard let column else {
            return "the table users has no column `\(field.name)`; add it with a migration in "
                + "paths.site_migrations and run gatereeve migrate"
        }
        let allowed = types(for: field.kind)
        guard allowed.contains(column.type) else {
            return
                "the column users.`\(field.name)` has type \(column.type), but the declared type "
                + "needs one of \(allowed.joined(separator: ", "))"
        }
        if case .text(let length, _) = field.kind, column.length < UInt64(length.upperBound) {
            return "the column users.`\(field.name)` holds \(column.length) characters, but "
                + "length_maximum is \(length.upperBound)"
        }
        if !field.isRequired, field.isSetAtRegistration, !column.isNullable {
            return "the column users.`\(field.name)` is NOT NULL, but the field is not required; "
                + "allow NULL or set required: true"
        }
        if !field.isSetAtRegistration, !column.isNullable, !column.hasDefault {
            return "the column users.`\(field.name)` is NOT NULL without a default, but clients "
                + "do not set it at registration"
        }
        return nil
    }

    private static func types(for kind: CustomField.Kind) -> [String] {
        switch kind {
        case .text: ["varchar", "char", "text", "tinytext", "mediumtext"]
        case .integer: ["int", "bigint", "smallint", "mediumint", "tinyint"]
        case .boolean: ["tinyint"]
        case .date: ["date"]
        }
    }
}
