import Auth
import AuthStore
import MariaDB
import Settings

/// The database: its settings, accounts, schema, clock, and what lies in it.
enum DatabaseExamination {
    static func findings(_ values: SettingValues) -> [Finding] {
        let connection: Connection
        var settings = ConnectionSettings(forAdministration: values)
        // A node that is cut off could not say so: it would wait for the others.
        settings.readsAcrossNodes = false
        do throws(MariaDBError) {
            connection = try Connection(settings)
        } catch {
            return [
                .failure(
                    "database",
                    "\(error) Asked as \(settings.user) at \(place(of: settings.server))",
                    mend: "is MariaDB running? Settings are in the section database")
            ]
        }
        defer { connection.close() }
        let inspection = Inspection(connection)
        let cluster = try? inspection.cluster()
        if let cluster, !cluster.takesPart {
            // Whatever else is asked would fail for this reason.
            return [
                .failure(
                    "cluster", "this node is cut off from the majority and takes no statement",
                    mend: "see the log of MariaDB (wsrep) on this node and on the others")
            ]
        }
        var findings = cluster.map { Self.findings($0, values) } ?? []
        let looks: [() throws -> [Finding]] = [
            { try server(inspection, settings, values) },
            { try SchemaExamination.findings(values, on: connection) },
            { try AccountExamination.findings(inspection, values) },
            { try ContentExamination.findings(inspection) },
        ]
        for look in looks {
            do {
                findings += try look()
            } catch {
                findings.append(
                    .failure(
                        "database", "\(error)",
                        mend: "see the schema and the accounts; `gatereeve setup` mends both"))
            }
        }
        return findings
    }

    private static func place(of server: ConnectionSettings.Server) -> String {
        switch server {
        case .socket(let path): path
        case .address(let host, let port): "\(host):\(port)"
        }
    }

    private static func server(
        _ inspection: Inspection, _ settings: ConnectionSettings, _ values: SettingValues
    ) throws(MariaDBError) -> [Finding] {
        guard let server = try inspection.server() else { return [] }
        let now = Instant.now
        var findings: [Finding] = []
        let version = server.version.prefix { $0 != "-" }
        let isOld = !isAtLeast10_11(server.version)
        findings.append(
            isOld
                ? .warning(
                    "database", "MariaDB \(version) is older than 10.11",
                    mend: "upgrade it; nothing older is tested")
                : .ok(
                    "database",
                    "MariaDB \(version) at \(place(of: settings.server)), asked as "
                        + server.account))
        if server.isReadOnly {
            findings.append(
                .failure(
                    "database", "it is read-only (read_only)",
                    mend: "point the section database at the primary, or SET GLOBAL read_only = 0"))
        }
        if server.flushesLogAtCommit != 1 {
            findings.append(
                .warning(
                    "durability",
                    "innodb_flush_log_at_trx_commit is \(server.flushesLogAtCommit): a loss of power "
                        + "may forget that a token was ended",
                    mend: "set it to 1 in the configuration of MariaDB"))
        } else {
            findings.append(.ok("durability", "what was committed survives a loss of power"))
        }
        findings.append(connections(server, values))
        let difference = (server.clock - now.unixMicroseconds) / 1_000_000
        findings.append(
            abs(difference) <= 2
                ? .ok("clock", "this machine and the database agree")
                : .warning(
                    "clock", "the clock of the database differs by \(difference) seconds",
                    mend: "synchronise both machines with a time server (timedatectl)"))
        return findings
    }

    private static func findings(
        _ cluster: Inspection.Cluster, _ values: SettingValues
    ) -> [Finding] {
        var findings = [
            cluster.size > 2
                ? Finding.ok("cluster", "this node is one of \(cluster.size) that take part")
                : .warning(
                    "cluster",
                    "nodes that take part: \(cluster.size); after one more failure none may",
                    mend: "start the missing nodes, or add a third one")
        ]
        if !values[DatabaseKeys.readsAcrossNodes] {
            findings.append(
                .warning(
                    "cluster",
                    "a token that was ended on another node may be good here for a moment",
                    mend: "set database.reads_across_nodes to true"))
        }
        return findings
    }

    private static func connections(
        _ server: Inspection.Server, _ values: SettingValues
    ) -> Finding {
        // Two instances, and some for the mailer, the administrators and the purge.
        let wanted = 2 * ThreadCounts.connections(values) + 10
        guard server.connectionLimit < wanted else {
            return .ok(
                "connections",
                "MariaDB allows \(server.connectionLimit), two instances use up to \(wanted)")
        }
        return .warning(
            "connections",
            "MariaDB allows \(server.connectionLimit), two instances want up to \(wanted)",
            mend: "raise max_connections of MariaDB, or lower server.workers")
    }

    private static func isAtLeast10_11(_ version: String) -> Bool {
        let numbers = version.split { !$0.isNumber }.prefix(2).compactMap { Int($0) }
        guard numbers.count == 2 else { return false }
        return (numbers[0], numbers[1]) >= (10, 11)
    }
}
