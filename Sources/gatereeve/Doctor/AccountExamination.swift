import AuthStore
import MariaDB
import Settings

/// The rights of the service's accounts in the database: all that they need, and no more.
enum AccountExamination {
    static func findings(
        _ inspection: Inspection, _ values: SettingValues
    ) throws(MariaDBError) -> [Finding] {
        let name = values[DatabaseKeys.user]
        var findings: [Finding] = []
        let worker = DatabaseAccount.worker
        let workerRights = name == worker.name ? [] : try inspection.rights(of: worker.name)
        if !workerRights.isEmpty {
            findings.append(judge(worker.name, workerRights, needs: worker.rights))
        }
        // Without an account for the mailer that of the responders does everything.
        let needs =
            workerRights.isEmpty
            ? DatabaseAccount.responder.rights + worker.rights : DatabaseAccount.responder.rights
        guard let rights = try rights(of: name, inspection, values) else {
            return findings + [
                .skipped("account", "the rights of \(name) can be seen by root alone")
            ]
        }
        return findings + [judge(name, rights, needs: needs)]
    }

    /// What the account that we are may see, else what the account sees of itself.
    private static func rights(
        of name: String, _ inspection: Inspection, _ values: SettingValues
    ) throws(MariaDBError) -> [Inspection.Right]? {
        let seen = try inspection.rights(of: name)
        if !seen.isEmpty { return seen }
        guard let connection = try? Connection(ConnectionSettings(values)) else { return nil }
        defer { connection.close() }
        return try Inspection(connection).rights(of: name)
    }

    private static func judge(
        _ name: String, _ rights: [Inspection.Right],
        needs: [(table: String, rights: [DatabaseAccount.Right])]
    ) -> Finding {
        let lacking = needs.flatMap { table, needed in
            needed.filter { right in
                !rights.contains {
                    $0.name == right.rawValue && ($0.table == nil || $0.table == table)
                }
            }.map { "\($0.rawValue) on \(table)" }
        }
        guard lacking.isEmpty else {
            return .failure(
                "account", "\(name) lacks \(lacking.joined(separator: ", "))",
                mend: "gatereeve setup, or GRANT as docs/operations.md tells")
        }
        let dangerous = Set(rights.map(\.name)).intersection([
            "CREATE", "ALTER", "DROP", "INDEX", "SUPER", "FILE", "CREATE USER", "GRANT OPTION",
        ])
        guard dangerous.isEmpty else {
            return .warning(
                "account",
                "\(name) may \(dangerous.sorted().joined(separator: ", ")), which the service "
                    + "never needs",
                mend: "gatereeve setup makes an account with least rights; set database.user to it")
        }
        return .ok("account", "\(name) has the rights that it needs, and cannot change the schema")
    }
}
