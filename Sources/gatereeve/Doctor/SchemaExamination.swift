import Auth
import AuthStore
import MariaDB
import Settings

/// The schema: what this program and the declared fields need.
enum SchemaExamination {
    static func findings(
        _ values: SettingValues, on connection: Connection
    ) throws(MariaDBError) -> [Finding] {
        do throws(SchemaProblem) {
            try Migrator.checkForService(requiredNumber: Version.schema, on: connection)
        } catch {
            return [.failure("schema", "\(error)", mend: "gatereeve migrate")]
        }
        let fields = values.userFields.map { CustomField($0) }
        let mismatches = try CustomFieldCheck.mismatches(of: fields, on: connection)
        guard mismatches.isEmpty else {
            return mismatches.map {
                .failure(
                    "schema", "\($0)", mend: "change the table, or user.fields in the settings")
            }
        }
        return [.ok("schema", "it is what this program needs")]
    }
}
