import AuthStore
import Foundation
import MariaDB

/// A database and two directories of migrations of its own for one test.
///
/// The server is the one that `Tests/Support/with-mariadb` started.
struct MigratorWorkplace {
    let settings: ConnectionSettings
    let directory: URL

    /// Makes them, lends them and removes them.
    static func with(_ body: (MigratorWorkplace) throws -> Void) throws {
        guard let socket = ProcessInfo.processInfo.environment["GATEREEVE_TEST_DATABASE_SOCKET"]
        else { throw NoServer() }
        let name = "test_\(UInt64.random(in: 0...UInt64.max))"
        let directory = FileManager.default.temporaryDirectory.appendingPathComponent(name)
        for series in MigrationSeries.allCases {
            try FileManager.default.createDirectory(
                at: directory.appendingPathComponent(series.rawValue),
                withIntermediateDirectories: true)
        }
        defer { try? FileManager.default.removeItem(at: directory) }
        var settings = ConnectionSettings(
            server: .socket(path: socket), user: "test", database: nil)
        // More patient than the program's, as all suites run at once.
        settings.connectTimeout = 5
        settings.readTimeout = 30
        settings.writeTimeout = 30
        settings.statementTimeout = 20
        settings.lockWaitTimeout = 10
        let administration = try Connection(settings.unhurried)
        try administration.run(SQLScript(parsing: "CREATE DATABASE \(name)"))
        defer { try? administration.run(SQLScript(parsing: "DROP DATABASE \(name)")) }
        settings.database = name
        try body(MigratorWorkplace(settings: settings, directory: directory))
    }

    struct NoServer: Error, CustomStringConvertible {
        let description =
            "These tests need a MariaDB server. Run: Tests/Support/with-mariadb swift test"
    }

    /// Writes a file; a head for the program's series is put before the statements.
    func write(
        _ name: String, _ statements: String, series: MigrationSeries = .gatereeve,
        runsUnder: Int? = 1
    ) throws {
        let head = runsUnder.map { "-- A test.\n--\n-- Runs under: \($0)\n\n" } ?? ""
        try Data((head + statements).utf8).write(to: url(name, series))
    }

    func remove(_ name: String, series: MigrationSeries = .gatereeve) throws {
        try FileManager.default.removeItem(at: url(name, series))
    }

    private func url(_ name: String, _ series: MigrationSeries) -> URL {
        directory.appendingPathComponent(series.rawValue).appendingPathComponent(name)
    }

    /// A migrator that has read the directories as they are now.
    func migrator() throws -> Migrator {
        try Migrator(
            MigrationSeries.allCases.map {
                MigrationDirectory($0, path: directory.appendingPathComponent($0.rawValue).path)
            }, database: settings)
    }

    func connect() throws -> Connection {
        try Connection(settings)
    }

    /// The states by title, in order.
    func states() throws -> [String] {
        try migrator().status().map { "\($0.title) \($0.state.rawValue)" }
    }

    /// The names of the tables in the database, in order.
    func tables() throws -> [String] {
        try connect().query(
            """
            SELECT table_name FROM information_schema.TABLES WHERE table_schema = DATABASE()
            ORDER BY table_name
            """, []
        ).map { try $0.text(0) }
    }
}
