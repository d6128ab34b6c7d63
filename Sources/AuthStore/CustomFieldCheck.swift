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
        SELECT column_name, data_type, column_type, is_nullable, column_default, column_key, \
        COALESCE(character_set_name, ''), character_octet_length \
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
                type: try row.text(1).lowercased(),
                isUnsigned: try row.text(2).lowercased().contains("unsigned"),
                isNullable: try row.text(3) == "YES", hasDefault: try !row.isNull(4),
                isUnique: try row.text(5) == "UNI", characterSet: try row.text(6),
                byteCount: try row.optionalUnsigned(7) ?? 0)
        }
        return fields.compactMap { field in
            reason(why: field, doesNotMatch: columns[field.name])
                .map { Mismatch(field: field.name, reason: $0) }
        }
    }

    private struct Column {
        let type: String
        let isUnsigned: Bool
        let isNullable: Bool
        let hasDefault: Bool
        let isUnique: Bool
        let characterSet: String
        let byteCount: UInt64

        /// How many characters fit, whichever they are: `utf8mb4` takes up to four bytes for one.
        var length: UInt64 { byteCount / 4 }

        /// Which whole numbers fit.
        var range: ClosedRange<Int64> {
            let bits = ["tinyint": 8, "smallint": 16, "mediumint": 24, "int": 32][type] ?? 64
            if isUnsigned { return 0...(bits == 64 ? .max : (1 << Int64(bits)) - 1) }
            let most = Int64.max >> Int64(64 - bits)
            return (-most - 1)...most
        }
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
        if let reason = reason(why: field.kind, doesNotFitInto: column) {
            return "the column users.`\(field.name)` \(reason)"
        }
        if field.isSetAtRegistration, column.isUnique {
            return "the column users.`\(field.name)` has a unique key, which registration cannot "
                + "answer for; drop the key or set at_registration: false"
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

    /// What a client may send and the column does not take would fail as if the database were away.
    private static func reason(
        why kind: CustomField.Kind, doesNotFitInto column: Column
    ) -> String? {
        switch kind {
        case .text where column.characterSet != "utf8mb4":
            "has the character set \(column.characterSet), but texts need utf8mb4"
        case .text(let length, _) where column.length < UInt64(length.upperBound):
            "holds \(column.length) characters, but length_maximum is \(length.upperBound)"
        case .integer(let range)
        where range.clamped(to: column.range) != range:
            "holds \(column.range.lowerBound) to \(column.range.upperBound); declare minimum "
                + "and maximum within that"
        default: nil
        }
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
