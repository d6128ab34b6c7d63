import Foundation
import Glibc
import MariaDB
import Testing

/// A database of its own for one test, on the server that `Tests/Support/with-mariadb` started.
struct TestDatabase {
    let name: String

    /// More patient than the program's, as all suites run at once.
    var settings: ConnectionSettings {
        get throws { Self.settings(socket: try TestServer.socket, database: name) }
    }

    /// The same by way of a relay.
    func settings(on server: FreezableServer) throws -> ConnectionSettings {
        Self.settings(socket: server.path, database: name)
    }

    /// The same by way of a relay, over TCP.
    func networkSettings(on server: FreezableServer) throws -> ConnectionSettings {
        var settings = try settings(on: server)
        settings.server = .address(host: "127.0.0.1", port: server.port)
        return settings
    }

    private static func settings(socket: String, database: String?) -> ConnectionSettings {
        var settings = ConnectionSettings(
            server: .socket(path: socket), user: "test", database: database)
        settings.connectTimeout = 5
        settings.readTimeout = 30
        settings.writeTimeout = 30
        settings.statementTimeout = 20
        return settings
    }

    /// A new connection to this database.
    func connect() throws -> Connection {
        try Connection(settings)
    }

    /// Makes a database, lends it and drops it.
    static func with<Result>(_ body: (TestDatabase) throws -> Result) throws -> Result {
        var settings = settings(socket: try TestServer.socket, database: nil)
        settings.statementTimeout = 0
        settings.lockWaitTimeout = 30
        let name = "test_\(UInt64.random(in: 0...UInt64.max))"
        let administration = try Connection(settings)
        try administration.run(SQLScript(parsing: "CREATE DATABASE \(name) CHARACTER SET utf8mb4"))
        defer {
            // A failure is of no interest: the whole server is thrown away.
            try? administration.run(SQLScript(parsing: "DROP DATABASE \(name)"))
        }
        return try body(TestDatabase(name: name))
    }

    /// Makes a database, lends it with a connection and drops it.
    static func withConnection<Result>(
        _ body: (Connection) throws -> Result
    ) throws -> Result {
        try with { database in try body(database.connect()) }
    }
}

/// The server that `Tests/Support/with-mariadb` started.
enum TestServer {
    /// Where it listens.
    static var socket: String {
        get throws { try variable("GATEREEVE_TEST_DATABASE_SOCKET") }
    }

    private static func variable(_ name: String) throws -> String {
        guard let value = getenv(name) else { throw Missing() }
        return String(cString: value)
    }

    struct Missing: Error, CustomStringConvertible {
        let description =
            "These tests need a MariaDB server. Run: Tests/Support/with-mariadb swift test"
    }
}
