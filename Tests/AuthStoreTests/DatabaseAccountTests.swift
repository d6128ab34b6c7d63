import AuthStore
import Foundation
import MariaDB
import Testing

@Suite("Accounts of the database")
struct DatabaseAccountTests {
    @Test("every table of the schema has a decision for each account that uses it")
    func everyTable() throws {
        let known = Set(DatabaseAccount.all.flatMap { $0.rights.map(\.table) })
        let schema = try Self.shippedMigrations().flatMap(Self.createdTables)
        #expect(schema.isEmpty == false)
        #expect(known == Set(schema + ["schema_migrations"]))
    }

    @Test("nobody may change the schema, and a responder cannot undo what was decided")
    func leastRights() throws {
        let responder = Dictionary(
            uniqueKeysWithValues: DatabaseAccount.responder.rights.map { ($0.table, $0.rights) })
        #expect(responder["audit_events"] == [.insert])
        #expect(responder["refresh_token_blacklist"] == [.select, .insert])
        #expect(responder["users"]?.contains(.delete) == false)
        let name = try #require(DatabaseName("gatereeve"))
        let all = DatabaseSetup.creation(of: name) + DatabaseSetup.grants(on: name)
        for word in ["ALL", "CREATE,", "ALTER", "DROP", "GRANT OPTION", "*"] {
            #expect(!all.contains(word))
        }
    }

    @Test("the server takes the statements, also a second time")
    func isIdempotent() throws {
        try MigratorWorkplace.with { workplace in
            let database = try #require(
                workplace.settings.database.flatMap { DatabaseName($0) })
            let connection = try Connection(workplace.settings.unhurried)
            defer {
                for account in DatabaseAccount.all {
                    try? connection.run(
                        SQLScript(parsing: "DROP USER IF EXISTS `\(account.name)`@localhost"))
                }
            }
            for _ in 1...2 {
                try connection.run(SQLScript(parsing: DatabaseSetup.creation(of: database)))
                if try connection.query("SHOW TABLES LIKE 'users'").isEmpty {
                    for text in try Self.shippedMigrations() {
                        try connection.run(SQLScript(parsing: text))
                    }
                    try connection.run(
                        SQLScript(parsing: "CREATE TABLE schema_migrations (number INT)"))
                }
                try connection.run(SQLScript(parsing: DatabaseSetup.grants(on: database)))
            }
            let row = try connection.queryOne(
                """
                SELECT COUNT(*) FROM information_schema.table_privileges
                WHERE table_schema = \(database.description) AND grantee LIKE '%gatereeve%'
                """)
            let rights = DatabaseAccount.all.flatMap(\.rights).map(\.rights.count).reduce(0, +)
            #expect(try row?.integer(0) == Int64(rights))
        }
    }

    @Test(
        "refuses a name that would need quoting",
        arguments: ["", "a`b", "a b", "a.b", "ä", "a;b", String(repeating: "a", count: 65)])
    func refusesName(_ text: String) {
        #expect(DatabaseName(text) == nil)
    }

    private static func shippedMigrations() throws -> [String] {
        let directory = URL(fileURLWithPath: #filePath)
            .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
            .appendingPathComponent("migrations")
        return try FileManager.default
            .contentsOfDirectory(at: directory, includingPropertiesForKeys: nil)
            .filter { $0.pathExtension == "sql" }
            .sorted { $0.lastPathComponent < $1.lastPathComponent }
            .map { try String(contentsOf: $0, encoding: .utf8) }
    }

    private static func createdTables(in text: String) -> [String] {
        text.split(separator: "\n").compactMap { line in
            guard line.hasPrefix("CREATE TABLE ") else { return nil }
            return line.dropFirst("CREATE TABLE ".count).split(separator: " ").first.map(
                String.init)
        }
    }
}
