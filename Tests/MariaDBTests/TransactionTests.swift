import MariaDB
import Synchronization
import Testing

@Suite("transactions")
struct TransactionTests {
    private struct Refusal: MariaDBFailure, Equatable {
        var databaseError: MariaDBError?
        init(_ databaseError: MariaDBError) { self.databaseError = databaseError }
        init() {}
    }

    private func withTable(_ body: (TestDatabase, Connection) throws -> Void) throws {
        try TestDatabase.with { database throws in
            let connection = try database.connect()
            try connection.run(
                SQLScript(
                    parsing: """
                        CREATE TABLE t (id INT PRIMARY KEY, n INT NOT NULL DEFAULT 0);
                        INSERT INTO t (id) VALUES (1), (2)
                        """))
            try body(database, connection)
        }
    }

    private func sum(_ connection: Connection) throws -> String {
        try #require(try connection.queryOne("SELECT SUM(n) FROM t", [])).text(0)
    }

    @Test("what the body did is there for others once it returns")
    func commits() throws {
        try withTable { database, connection throws in
            let result = try connection.transaction { inside throws(MariaDBError) in
                try inside.execute("UPDATE t SET n = ? WHERE id = 1", [.integer(5)])
                return 42
            }
            #expect(result == 42)
            #expect(try sum(database.connect()) == "5")
        }
    }

    @Test("a body that throws leaves nothing behind, and its error comes out")
    func rollsBack() throws {
        try withTable { database, connection throws in
            #expect(throws: Refusal()) {
                try connection.transaction { inside throws(Refusal) in
                    do throws(MariaDBError) {
                        try inside.execute("UPDATE t SET n = 5", [])
                    } catch {
                        throw Refusal(error)
                    }
                    throw Refusal()
                }
            }
            #expect(try sum(database.connect()) == "0")
            #expect(try sum(connection) == "0")
        }
    }

    @Test("a duplicate key names the key and never the value")
    func duplicateKey() throws {
        try TestDatabase.withConnection { connection throws in
            try connection.run(
                SQLScript(
                    parsing: """
                        CREATE TABLE t (id INT PRIMARY KEY, name VARCHAR(400),
                            UNIQUE KEY t_name_key (name))
                        """))
            let insert: Statement = "INSERT INTO t VALUES (?, ?)"
            let odd = [
                "ada", "it's for key 'other'", "' for key '", "ü\u{1F40E}\n'", "",
                String(repeating: "x'", count: 200),
            ]
            for (number, name) in odd.enumerated() {
                try connection.execute(insert, [.integer(Int64(number)), .text(name)])
                let error = #expect(throws: MariaDBError.self) {
                    try connection.execute(insert, [.integer(99), .text(name)])
                }
                #expect(error == .duplicateKey(name: "t_name_key"))
                #expect(error?.duplicateKeyName == "t_name_key")
            }
            #expect(throws: MariaDBError.duplicateKey(name: "PRIMARY")) {
                try connection.execute(insert, [.integer(0), .null])
            }
        }
    }

    @Test("a deadlock is resolved by running the whole transaction again")
    func deadlock() throws {
        try withTable { database, connection throws in
            let meeting = Meeting()
            let runs = Atomic<Int>(0)
            let settings = try database.settings
            let failures = try inParallel(2) { index throws in
                let own = ReconnectingConnection(settings)
                try own.transaction(until: .now + .seconds(20)) {
                    inside throws(MariaDBError) in
                    let run = runs.add(1, ordering: .relaxed).newValue
                    let (first, second) = index == 0 ? (1, 2) : (2, 1)
                    let add: Statement = "UPDATE t SET n = n + 1 WHERE id = ?"
                    try inside.execute(add, [.integer(Int64(first))])
                    // Both hold their first row before either asks for its second.
                    if run <= 2 { meeting.arriveAndWait(for: 2) }
                    try inside.execute(add, [.integer(Int64(second))])
                }
            }
            #expect(failures.isEmpty)
            #expect(runs.load(ordering: .relaxed) >= 3)
            #expect(try sum(connection) == "4")
        }
    }

    @Test("a deadlock that the body hides is not committed in part")
    func hiddenDeadlock() throws {
        try withTable { database, connection throws in
            let meeting = Meeting()
            let settings = try database.settings
            let failures = try inParallel(2) { index throws in
                let own = try Connection(settings)
                try own.transaction { inside throws(MariaDBError) in
                    let (first, second) = index == 0 ? (1, 2) : (2, 1)
                    let add: Statement = "UPDATE t SET n = n + 1 WHERE id = ?"
                    try inside.execute(add, [.integer(Int64(first))])
                    meeting.arriveAndWait(for: 2)
                    do throws(MariaDBError) {
                        try inside.execute(add, [.integer(Int64(second))])
                    } catch {
                        #expect(throws: MariaDBError.statementFailed(.deadlock)) {
                            try inside.execute("UPDATE t SET n = n + 100 WHERE id = 1", [])
                        }
                    }
                }
            }
            #expect(failures.count == 1)
            #expect(
                failures.first as? MariaDBError == .statementFailed(.deadlock))
            #expect(try sum(connection) == "2")
        }
    }

    @Test("a lock that stays taken is waited for twice and then reported")
    func lockWait() throws {
        try withTable { database, connection throws in
            let own = ReconnectingConnection(try database.settings)
            var runs = 0
            try connection.transaction { outside throws(MariaDBError) in
                try outside.execute("UPDATE t SET n = 1 WHERE id = 1", [])
                do throws(MariaDBError) {
                    try own.transaction(until: .now + .seconds(20)) {
                        inside throws(MariaDBError) in
                        runs += 1
                        try inside.execute("UPDATE t SET n = 2 WHERE id = 1", [])
                    }
                    Issue.record("the lock was not there")
                } catch {
                    #expect(error == .statementFailed(.lockWaitTimeout))
                    #expect(error.allowsRetry && error.isUnavailability)
                }
            }
            #expect(runs == 2)
            #expect(try sum(connection) == "1")
        }
    }

    @Test("no run begins after the deadline")
    func deadline() throws {
        try withTable { database, connection throws in
            let own = ReconnectingConnection(try database.settings)
            var runs = 0
            #expect(throws: MariaDBError.statementFailed(.deadlock)) {
                try own.transaction(until: .now) { _ throws(MariaDBError) in
                    runs += 1
                    throw MariaDBError.statementFailed(.deadlock)
                }
            }
            #expect(runs == 1)
        }
    }

    @Test(
        "only failures that leave nothing behind are retried, and not for ever",
        arguments: [
            (MariaDBError.statementFailed(.deadlock), 6), (.statementFailed(.rowChanged), 6),
            (.statementFailed(.lockWaitTimeout), 2), (.connectionLost(.serverGone), 2),
            (.connectionLost(.serverLost), 2), (.commitOutcomeUnknown(.serverLost), 1),
            (.commitOutcomeUnknown(.errorDuringCommit), 1), (.duplicateKey(name: "k"), 1),
            (.statementFailed(.nodeNotReady), 1), (.statementFailed(.tooManyConnections), 1),
        ])
    func retries(_ error: MariaDBError, _ expected: Int) throws {
        try withTable { database, _ throws in
            let own = ReconnectingConnection(try database.settings)
            var runs = 0
            #expect(throws: error) {
                try own.transaction(until: .now + .seconds(20)) { _ throws(MariaDBError) in
                    runs += 1
                    throw error
                }
            }
            #expect(runs == expected)
        }
    }
}
