import MariaDB
import Testing

@Suite("a deadline for the work on a connection")
struct DeadlineTests {
    @Test("lets nothing begin once it has passed, not even a connection")
    func passed() throws {
        try TestDatabase.with { database throws in
            let own = ReconnectingConnection(try database.settings)
            own.begin(until: .now - .milliseconds(1))
            #expect(throws: MariaDBError.timeIsOver) {
                try own.use { connection throws(MariaDBError) in
                    _ = try connection.query("SELECT 1", [])
                }
            }
            own.begin(until: .now + .seconds(60))
            let rows = try own.use { connection throws(MariaDBError) in
                try connection.query("SELECT 1", [])
            }
            #expect(rows.count == 1)
        }
    }

    @Test(
        "ends a connection that is not made in time, which is no reason to wait with the next one")
    func connecting() throws {
        try TestDatabase.with { database throws in
            try FreezableServer.with { server throws in
                var settings = try database.settings(on: server)
                settings.connectTimeout = 30
                let own = ReconnectingConnection(settings)
                server.freeze()
                let begun = ContinuousClock.now
                own.begin(until: begun + .seconds(1))
                #expect(throws: MariaDBError.connectFailed(.serverLost)) {
                    try own.use { _ throws(MariaDBError) in }
                }
                let time = ContinuousClock.now - begun
                server.thaw()
                // The settings would allow thirty.
                #expect(time < .seconds(10))
                own.begin(until: nil)
                let rows = try own.use { connection throws(MariaDBError) in
                    try connection.query("SELECT 1", [])
                }
                #expect(rows.count == 1)
            }
        }
    }

    @Test("lets no connection begin in its last fifth of a second")
    func lastMoment() throws {
        try TestDatabase.with { database throws in
            let own = ReconnectingConnection(try database.settings)
            own.begin(until: .now + .milliseconds(199))
            #expect(throws: MariaDBError.timeIsOver) {
                try own.use { _ throws(MariaDBError) in }
            }
        }
    }

    @Test("gives the last statement a second and three quarters, however patient the settings are")
    func lastStatement() throws {
        try TestDatabase.with { database throws in
            let own = ReconnectingConnection(try database.settings)
            _ = try own.use { connection throws(MariaDBError) in
                try connection.query("SELECT 1", [])
            }
            let begun = ContinuousClock.now
            own.begin(until: begun + .milliseconds(500))
            #expect(throws: MariaDBError.connectionLost(.serverLost)) {
                try own.use { connection throws(MariaDBError) in
                    let endless: Statement =
                        "SET STATEMENT max_statement_time = 0 FOR SELECT SLEEP(30)"
                    return try connection.query(endless, [])
                }
            }
            let time = ContinuousClock.now - begun
            // The settings would allow thirty, and the statement takes as long.
            #expect(time >= .milliseconds(2150) && time < .seconds(10))
        }
    }

    @Test("ends the work between two statements, and leaves a connection that works")
    func between() throws {
        try TestDatabase.with { database throws in
            let own = ReconnectingConnection(try database.settings)
            _ = try own.use { connection throws(MariaDBError) in
                try connection.query("SELECT 1", [])
            }
            own.begin(until: .now + .milliseconds(300))
            let error = #expect(throws: MariaDBError.self) {
                try own.use { connection throws(MariaDBError) in
                    // However slow the machine is, one of them is too late.
                    for _ in 0..<100 { _ = try connection.query("SELECT SLEEP(0.1)", []) }
                }
            }
            #expect(error == .timeIsOver)
            #expect(error?.isUnavailability == true)
            own.begin(until: nil)
            let rows = try own.use { connection throws(MariaDBError) in
                try connection.query("SELECT 1", [])
            }
            #expect(rows.count == 1)
        }
    }

    @Test("commits nothing of a transaction that is late, its last statement included")
    func transaction() throws {
        try TestDatabase.with { database throws in
            let administration = try database.connect()
            try administration.run(SQLScript(parsing: "CREATE TABLE t (n INT)"))
            let own = ReconnectingConnection(try database.settings)
            _ = try own.use { connection throws(MariaDBError) in
                try connection.query("SELECT 1", [])
            }
            let deadline = ContinuousClock.now + .seconds(1)
            own.begin(until: deadline)
            #expect(throws: MariaDBError.timeIsOver) {
                try own.transaction(until: .now + .seconds(20)) {
                    connection throws(MariaDBError) in
                    try connection.execute("INSERT INTO t VALUES (1)", [])
                    while ContinuousClock.now <= deadline {}
                }
            }
            own.begin(until: nil)
            let rows = try administration.query("SELECT n FROM t", [])
            #expect(rows.isEmpty)
        }
    }
}
