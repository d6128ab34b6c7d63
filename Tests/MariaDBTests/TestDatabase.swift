import Foundation
import Glibc
import MariaDB
import Testing

/// A database of its own for one test, on the server that `Tests/Support/with-mariadb` started.
struct TestDatabase {
    let name: String

    var settings: ConnectionSettings {
        get throws {
            ConnectionSettings(
                server: .socket(path: try TestServer.socket), user: "test", database: name)
        }
    }

    /// A new connection to this database.
    func connect() throws -> Connection {
        try Connection(settings)
    }

    /// Makes a database, lends it and drops it.
    static func with<Result>(_ body: (TestDatabase) throws -> Result) throws -> Result {
        var settings = ConnectionSettings(
            server: .socket(path: try TestServer.socket), user: "test", database: nil)
        settings.readTimeout = 30
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

    /// Its process.
    static var process: pid_t {
        get throws {
            guard let number = pid_t(try variable("GATEREEVE_TEST_DATABASE_PID")) else {
                throw Missing()
            }
            return number
        }
    }

    /// Stops all threads of the server where they are, as a stalled disk or a swap storm would.
    static func freeze() throws {
        let server = try process
        #expect(kill(server, SIGSTOP) == 0)
        while try !isFrozen(server) {}
    }

    /// Lets the server go on.
    static func thaw() throws {
        #expect(kill(try process, SIGCONT) == 0)
    }

    /// Reads the state after the name in parentheses, proc(5), of each thread.
    private static func isFrozen(_ server: pid_t) throws -> Bool {
        let tasks = "/proc/\(server)/task"
        return try FileManager.default.contentsOfDirectory(atPath: tasks).allSatisfy { task in
            let stat = try String(contentsOfFile: "\(tasks)/\(task)/stat", encoding: .utf8)
            return stat.split(separator: ")").last?.hasPrefix(" T") ?? false
        }
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
