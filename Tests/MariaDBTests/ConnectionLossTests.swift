import Glibc
import MariaDB
import Synchronization
import Testing

@Suite("a connection that is lost")
struct ConnectionLossTests {
    /// Ends a session from outside and waits until the server has forgotten it.
    private func kill(_ session: UInt64, through administration: Connection) throws {
        try administration.run(SQLScript(parsing: "KILL CONNECTION \(session)"))
        let alive: Statement = "SELECT 1 FROM information_schema.PROCESSLIST WHERE id = ?"
        while try administration.queryOne(alive, [.unsigned(session)]) != nil {}
    }

    @Test("stays dead, says so, and sends nothing any more")
    func staysDead() throws {
        try TestDatabase.with { database throws in
            let connection = try database.connect()
            _ = try connection.query("SELECT 1", [])
            try kill(connection.sessionNumber, through: database.connect())
            let error = #expect(throws: MariaDBError.self) {
                try connection.query("SELECT 1", [])
            }
            #expect(error?.isConnectionLost == true && error?.isUnavailability == true)
            #expect(!connection.isUsable)
            #expect(throws: MariaDBError.connectionLost(.serverGone)) {
                try connection.query("SELECT 1", [])
            }
            #expect(throws: MariaDBError.connectionLost(.serverGone)) {
                try connection.transaction { _ throws(MariaDBError) in }
            }
        }
    }

    @Test("is replaced before use when the server ended it while it was idle")
    func replacedBeforeUse() throws {
        try TestDatabase.with { database throws in
            let administration = try database.connect()
            let observer = CountingObserver()
            let own = ReconnectingConnection(try database.settings, observer: observer)
            var sessions: [UInt64] = []
            for _ in 0..<3 {
                try own.use { connection throws(MariaDBError) in
                    sessions.append(connection.sessionNumber)
                    _ = try connection.query("SELECT 1", [])
                }
                try kill(sessions[sessions.count - 1], through: administration)
            }
            #expect(Set(sessions).count == 3)
            // Nothing was sent to one that had ended.
            #expect(observer.told == ["opened", "opened", "opened"])
        }
    }

    @Test("is replaced by the first statement when the server ended it just after it was used")
    func replacedInUse() throws {
        try TestDatabase.with { database throws in
            let administration = try database.connect()
            let own = ReconnectingConnection(try database.settings)
            for _ in 0..<20 {
                // The second use has looked at it; the third one trusts that.
                var session: UInt64 = 0
                for _ in 0..<2 {
                    session = try own.use { connection throws(MariaDBError) in
                        _ = try connection.query("SELECT 1", [])
                        return connection.sessionNumber
                    }
                }
                try kill(session, through: administration)
                let next = try own.use { connection throws(MariaDBError) in
                    _ = try connection.query("SELECT 1", [])
                    return connection.sessionNumber
                }
                #expect(next != session)
            }
        }
    }

    @Test("over TCP is replaced before use, however soon after it was used the server ended it")
    func replacedOverTCP() throws {
        try TestDatabase.with { database throws in
            try FreezableServer.with { server throws in
                let administration = try database.connect()
                let own = ReconnectingConnection(try database.networkSettings(on: server))
                var sessions: [UInt64] = []
                for _ in 0..<10 {
                    for _ in 0..<2 {
                        // A statement to a session that has ended would be lost, and this would throw.
                        try own.use { connection throws(MariaDBError) in
                            sessions.append(connection.sessionNumber)
                            _ = try connection.query("SELECT 1", [])
                        }
                    }
                    try kill(sessions[sessions.count - 1], through: administration)
                    while server.clients > 0 { sched_yield() }
                }
                #expect(Set(sessions).count == 10)
            }
        }
    }

    @Test("its observer is told of every connection and of every error, mended ones included")
    func observed() throws {
        try TestDatabase.with { database throws in
            let administration = try database.connect()
            let observer = CountingObserver()
            let own = ReconnectingConnection(try database.settings, observer: observer)
            #expect(throws: MariaDBError.self) {
                try own.use { connection throws(MariaDBError) in
                    _ = try connection.query("SELECT * FROM nothing", [])
                }
            }
            var runs = 0
            _ = try own.transaction(until: .now + .seconds(10)) {
                connection throws(MariaDBError) in
                runs += 1
                if runs == 1 {
                    try? kill(connection.sessionNumber, through: administration)
                }
                return try connection.query("SELECT 7", [])
            }
            #expect(runs == 2)
            #expect(observer.told == ["opened", "refused", "lost", "opened"])

            var nowhere = try database.settings
            nowhere.server = .socket(path: "/nowhere")
            let lost = ReconnectingConnection(nowhere, observer: observer)
            #expect(throws: MariaDBError.connectFailed(.serverUnreachable)) {
                try lost.use { connection throws(MariaDBError) in
                    _ = try connection.query("SELECT 7", [])
                }
            }
            #expect(observer.told.last == "unreachable")
        }
    }

    @Test("is kept while it lives")
    func kept() throws {
        try TestDatabase.with { database throws in
            let own = ReconnectingConnection(try database.settings)
            let first = try own.use { connection throws(MariaDBError) in connection.sessionNumber }
            let second = try own.use { connection throws(MariaDBError) in connection.sessionNumber }
            #expect(first == second)
        }
    }

    @Test("before the first statement could be sent, the work runs once more")
    func runsOnceMore() throws {
        try TestDatabase.with { database throws in
            let own = ReconnectingConnection(try database.settings)
            var runs = 0
            let answer = try own.use { connection throws(MariaDBError) in
                runs += 1
                if runs == 1 { connection.close() }
                return try connection.query("SELECT 7", [])
            }
            #expect(answer.map(\.values) == [[.integer(7)]])
            #expect(runs == 2)
        }
    }

    @Test("after a statement was sent, the work does not run again")
    func doesNotRunAgain() throws {
        try TestDatabase.with { database throws in
            let own = ReconnectingConnection(try database.settings)
            var runs = 0
            #expect(throws: MariaDBError.connectionLost(.serverGone)) {
                try own.use { connection throws(MariaDBError) in
                    runs += 1
                    _ = try connection.query("SELECT 1", [])
                    connection.close()
                    _ = try connection.query("SELECT 2", [])
                }
            }
            #expect(runs == 1)
        }
    }

    @Test("nor does it where it is repeated after conflicts")
    func repeatsConflictsOnly() throws {
        try TestDatabase.with { database throws in
            let own = ReconnectingConnection(try database.settings)
            var runs = 0
            #expect(throws: MariaDBError.connectionLost(.serverGone)) {
                try own.use(repeatingConflictsUntil: .now + .seconds(20)) {
                    connection throws(MariaDBError) in
                    runs += 1
                    _ = try connection.query("SELECT 1", [])
                    connection.close()
                    _ = try connection.query("SELECT 2", [])
                }
            }
            #expect(runs == 1)
        }
    }

    @Test("inside of a transaction leaves nothing behind, and the transaction runs again")
    func transactionRunsAgain() throws {
        try TestDatabase.with { database throws in
            let administration = try database.connect()
            try administration.run(SQLScript(parsing: "CREATE TABLE t (run INT)"))
            let own = ReconnectingConnection(try database.settings)
            var runs = 0
            try own.transaction(until: .now + .seconds(20)) { connection throws(MariaDBError) in
                runs += 1
                try connection.execute("INSERT INTO t VALUES (?)", [.integer(Int64(runs))])
                if runs == 1 {
                    do {
                        try kill(connection.sessionNumber, through: administration)
                    } catch {
                        Issue.record(error)
                    }
                }
                _ = try connection.query("SELECT 1", [])
            }
            #expect(runs == 2)
            let rows = try administration.query("SELECT run FROM t", [])
            #expect(rows.map(\.values) == [[.integer(2)]])
        }
    }

    @Test("at COMMIT means that the outcome is not known, and nothing runs again")
    func lostAtCommit() throws {
        try TestDatabase.with { database throws in
            let administration = try database.connect()
            let own = ReconnectingConnection(try database.settings)
            var runs = 0
            let error = #expect(throws: MariaDBError.self) {
                try own.transaction(until: .now + .seconds(20)) {
                    connection throws(MariaDBError) in
                    runs += 1
                    do {
                        try kill(connection.sessionNumber, through: administration)
                    } catch {
                        Issue.record(error)
                    }
                }
            }
            guard case .commitOutcomeUnknown = error else {
                Issue.record("thrown: \(String(describing: error))")
                return
            }
            #expect(runs == 1)
        }
    }

    @Test("when the server is not there, connecting fails at once and names the reason")
    func noServer() {
        let settings = ConnectionSettings(
            server: .socket(path: "/nonexistent/socket"), user: "test", database: nil)
        #expect(throws: MariaDBError.connectFailed(.serverUnreachable)) {
            try Connection(settings)
        }
        let own = ReconnectingConnection(settings)
        #expect(throws: MariaDBError.connectFailed(.serverUnreachable)) {
            try own.use { connection throws(MariaDBError) in connection.sessionNumber }
        }
    }

    @Test("a wrong password or database is named")
    func refused() throws {
        try TestDatabase.with { database throws in
            var settings = try database.settings
            settings.password = "wrong"
            #expect(throws: MariaDBError.connectFailed(.accessDenied)) { try Connection(settings) }
            settings.password = ""
            settings.database = "there_is_none"
            #expect(throws: MariaDBError.connectFailed(.unknownDatabase)) {
                try Connection(settings)
            }
        }
    }

    @Test("a frozen server is given up after the read timeout, and used again when it thaws")
    func frozenServer() throws {
        try TestDatabase.with { database throws in
            try FreezableServer.with { server throws in
                var settings = try database.settings(on: server)
                settings.readTimeout = 1
                let own = ReconnectingConnection(settings)
                try own.use { connection throws(MariaDBError) in
                    _ = try connection.query("SELECT 1", [])
                }
                let clock = ContinuousClock()
                server.freeze()
                let time = clock.measure {
                    #expect(throws: MariaDBError.connectionLost(.serverLost)) {
                        try own.use { connection throws(MariaDBError) in
                            _ = try connection.query("SELECT 1", [])
                        }
                    }
                }
                server.thaw()
                // It would be silent for ever, however slow the machine of the test is.
                #expect(time >= .milliseconds(900) && time < .seconds(10))
                let answer = try own.use { connection throws(MariaDBError) in
                    try connection.query("SELECT 2", [])
                }
                #expect(answer.map(\.values) == [[.integer(2)]])
            }
        }
    }

    @Test("a result without end is given up after the read timeout")
    func endlessRows() throws {
        try TestDatabase.with { database throws in
            var settings = try database.settings
            settings.readTimeout = 1
            let connection = try Connection(settings)
            let endless: Statement = """
                SET STATEMENT max_statement_time = 0 FOR
                SELECT REPEAT('x', 1000) FROM seq_1_to_1000000000000
                """
            let clock = ContinuousClock()
            let time = clock.measure {
                #expect(throws: MariaDBError.connectionLost(.serverLost)) {
                    _ = try connection.queryOne(endless, [])
                }
            }
            #expect(time >= .milliseconds(900) && time < .seconds(10))
            #expect(!connection.isUsable)
        }
    }

    @Test("among the rows of a result is reported, and no part of the result is taken for all")
    func lostAmongRows() throws {
        try TestDatabase.with { database throws in
            let connection = try database.connect()
            let session = connection.sessionNumber
            // More rows than fit into the buffers of the socket, and slow enough to be met midway.
            let rows: Statement =
                "SELECT REPEAT('x', 10000), SLEEP(0.001) FROM seq_1_to_1000"
            let failures = try inParallel(1) { _ throws in
                let busy: Statement =
                    "SELECT 1 FROM information_schema.PROCESSLIST WHERE id = ? AND info LIKE '%seq%'"
                let other = try database.connect()
                while try other.queryOne(busy, [.unsigned(session)]) == nil {}
                try other.run(SQLScript(parsing: "KILL CONNECTION \(session)"))
            } meanwhile: {
                #expect {
                    try connection.query(rows, [])
                } throws: { error in
                    (error as? MariaDBError)?.isConnectionLost ?? false
                }
            }
            #expect(failures.isEmpty)
            #expect(!connection.isUsable)
        }
    }

    @Test("a statement that takes too long is ended by the server, and the connection lives on")
    func statementTimeout() throws {
        try TestDatabase.with { database throws in
            var settings = try database.settings
            settings.statementTimeout = 0.1
            let connection = try Connection(settings)
            let error = #expect(throws: MariaDBError.self) {
                try connection.query("SELECT SLEEP(0.01) FROM seq_1_to_150", [])
            }
            #expect(error == .statementFailed(.statementTimeout))
            #expect(error?.isUnavailability == true)
            #expect(connection.isUsable)
        }
    }
}

/// Keeps what it is told.
private final class CountingObserver: ConnectionObserver {
    private let kept = Mutex<[String]>([])

    var told: [String] { kept.withLock { $0 } }

    func connectionOpened() { kept.withLock { $0.append("opened") } }
    func databaseFailed(_ kind: MariaDBError.Kind) { kept.withLock { $0.append(kind.rawValue) } }
}
