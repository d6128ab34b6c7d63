import MariaDB
import Testing

@Suite("statements")
struct StatementTests {
    @Test("an interpolation binds a value and adds nothing else to the text")
    func interpolationBinds() throws {
        let name = "'; DROP TABLE users; --"
        let missing: Int? = nil
        let sql: SQL = "SELECT \(name), \(7), \(missing), \(true), \([UInt8]([1]))"
        #expect(sql.statement.text == "SELECT ?, ?, ?, ?, ?")
        #expect(
            sql.values == [.text(name), .integer(7), .null, .integer(1), .bytes([1])])
        try TestDatabase.withConnection { connection throws in
            let row = try #require(try connection.queryOne(sql))
            #expect(try row.text(0) == name)
        }
    }

    @Test("neither statements nor values nor passwords show a value when printed")
    func descriptionsHide() {
        let sql: SQL = "SELECT \("hush"), \([UInt8]("hush".utf8))"
        var dumped = ""
        dump(sql.values, to: &dumped)
        dump(DatabasePassword("hush"), to: &dumped)
        let settings = ConnectionSettings(
            server: .socket(path: "/nowhere"), user: "u", password: DatabasePassword("hush"),
            database: nil)
        dump(settings, to: &dumped)
        for text in [
            "\(sql)", "\(sql.values)", String(reflecting: sql.values), dumped,
            "\(settings)", String(reflecting: settings),
        ] {
            #expect(!text.contains("hush") && !text.contains("104"))
        }
    }

    @Test("declared columns are spliced in backticks")
    func declaredColumns() throws {
        let columns = try [#require(ColumnName("order")), #require(ColumnName("phone_2"))]
        let insert: Statement =
            "INSERT INTO u (id\(furtherIdentifiers: columns)) VALUES (?\(furtherMarks: 2))"
        #expect(insert.text == "INSERT INTO u (id, `order`, `phone_2`) VALUES (?, ?, ?)")
        let update: Statement = "UPDATE u SET id = ?\(furtherAssignments: columns) WHERE id = ?"
        #expect(update.text == "UPDATE u SET id = ?, `order` = ?, `phone_2` = ? WHERE id = ?")
        let none: Statement = "SELECT id\(furtherIdentifiers: []) FROM u"
        #expect(none.text == "SELECT id FROM u")
        let sql: SQL = "SELECT \(identifier: columns[0]) FROM u WHERE id = \(1)"
        #expect(sql.statement.text == "SELECT `order` FROM u WHERE id = ?")
    }

    @Test("a part that statements share is spliced as it is, with its marks")
    func sharedPart() {
        let part: Statement = "name = ? AND kind IN ('a', 'b')"
        let find: Statement = "SELECT id FROM u WHERE \(part: part) LIMIT ?"
        #expect(find.text == "SELECT id FROM u WHERE name = ? AND kind IN ('a', 'b') LIMIT ?")
    }

    @Test(
        "a name that could be more than a column is refused",
        arguments: [
            "", "1a", "_a", "A", "a`b", "a b", "a;b", "a.b", "á", "a\u{0}", "a-b",
            String(repeating: "a", count: 64),
        ])
    func refusesName(_ text: String) {
        #expect(ColumnName(text) == nil)
    }

    @Test("a wrong number of values is refused before anything is sent", arguments: [0, 1, 3])
    func wrongNumberOfValues(_ count: Int) throws {
        try TestDatabase.withConnection { connection throws in
            let values = [SQLValue](repeating: .integer(1), count: count)
            #expect(throws: MariaDBError.wrongNumberOfValues(expected: 2, given: count)) {
                try connection.query("SELECT ?, ?", values)
            }
        }
    }

    @Test("each text is prepared once and then only executed")
    func preparesOnce() throws {
        try TestDatabase.withConnection { connection throws in
            let statement: Statement = "SELECT ? + 1"
            _ = try connection.queryOne(statement, [.integer(1)])
            let before = try commands(of: connection)
            for number in 0..<10 {
                let row = try #require(
                    try connection.queryOne(statement, [.integer(Int64(number))]))
                #expect(try row.integer(0) == Int64(number) + 1)
            }
            let after = try commands(of: connection)
            #expect(after.prepared == before.prepared)
            #expect(after.executed == before.executed + 10 + 1)
        }
    }

    @Test("more texts than the cache holds still work")
    func manyTexts() throws {
        try TestDatabase.withConnection { connection throws in
            for count in 1..<300 {
                let statement: Statement = "SELECT 1\(furtherMarks: count)"
                let values = (0..<count).map { SQLValue.integer(Int64($0)) }
                let row = try #require(try connection.queryOne(statement, values))
                #expect(try row.integer(count) == Int64(count - 1))
            }
            let row = try connection.queryOne(
                """
                SELECT CAST(VARIABLE_VALUE AS INT) FROM information_schema.SESSION_STATUS
                WHERE VARIABLE_NAME = 'Com_stmt_close'
                """, [])
            #expect(try #require(row).integer(0) >= 256)
        }
    }

    @Test("a table altered meanwhile is seen as it is at the next execution but one")
    func alteredTable() throws {
        try TestDatabase.withConnection { connection throws in
            try connection.run(
                SQLScript(parsing: "CREATE TABLE t (a INT); INSERT INTO t VALUES (1)"))
            let all: Statement = "SELECT * FROM t"
            #expect(try connection.query(all, []).map(\.values) == [[.integer(1)]])
            try connection.run(SQLScript(parsing: "ALTER TABLE t MODIFY a VARCHAR(10)"))
            #expect(try connection.query(all, []).map(\.values) == [[.text("1")]])
            try connection.run(SQLScript(parsing: "ALTER TABLE t ADD b INT DEFAULT 2"))
            #expect(throws: MariaDBError.statementFailed(.columnsChanged)) {
                try connection.query(all, [])
            }
            #expect(try connection.query(all, []).map(\.values) == [[.text("1"), .integer(2)]])
        }
    }

    @Test("the effect of a change is told")
    func executionResult() throws {
        try TestDatabase.withConnection { connection throws in
            try connection.run(
                SQLScript(parsing: "CREATE TABLE t (id INT AUTO_INCREMENT PRIMARY KEY, a INT)"))
            let insert: Statement = "INSERT INTO t (a) VALUES (?), (?)"
            let first = try connection.execute(insert, [.integer(1), .integer(2)])
            #expect(first.affectedRows == 2 && first.lastInsertID == 1)
            let second = try connection.execute(insert, [.integer(3), .null])
            #expect(second.lastInsertID == 3)
            let changed = try connection.execute("UPDATE t SET a = 9 WHERE id >= ?", [.integer(3)])
            #expect(changed.affectedRows == 2)
            let same = try connection.execute("UPDATE t SET a = 9 WHERE id >= ?", [.integer(3)])
            #expect(same.affectedRows == 0)
            #expect(try connection.execute("DELETE FROM t", []).affectedRows == 4)
        }
    }

    @Test("the first of several rows is returned and the others do no harm")
    func firstRow() throws {
        try TestDatabase.withConnection { connection throws in
            let several: Statement = "SELECT 1 UNION ALL SELECT 2 UNION ALL SELECT 3"
            #expect(try connection.queryOne(several, [])?.values == [.integer(1)])
            #expect(try connection.query(several, []).count == 3)
            let none: Statement = "SELECT 1 FROM DUAL WHERE FALSE"
            #expect(try connection.queryOne(none, []) == nil)
            #expect(try connection.query(none, []) == [])
        }
    }

    @Test("the session is in UTC, strict and read committed")
    func session() throws {
        try TestDatabase.with { database throws in
            var settings = try database.settings
            settings.statementTimeout = 1.5
            let row = try #require(
                try Connection(settings).queryOne(
                    """
                    SELECT @@time_zone, @@sql_mode, @@tx_isolation, @@innodb_lock_wait_timeout,
                        @@max_statement_time, @@character_set_client, @@character_set_results
                    """, []))
            #expect(try row.text(0) == "+00:00")
            #expect(try row.text(1).contains("STRICT_ALL_TABLES"))
            #expect(try row.text(2) == "READ-COMMITTED")
            #expect(try row.integer(3) == 1)
            #expect(try row.double(4) == 1.5)
            #expect(try row.text(5) == "utf8mb4" && row.text(6) == "utf8mb4")
        }
    }

    @Test(
        "the server ends a statement before the connection gives it up",
        arguments: [(0, 0, 0), (0, 9, 9), (2, 0, 1.5), (2, 9, 1.5), (4, 1.5, 1.5), (1, 1.5, 0.75)]
            as [(UInt32, Double, Double)])
    func timeouts(_ read: UInt32, _ statement: Double, _ expected: Double) throws {
        try TestDatabase.with { database throws in
            var settings = try database.settings
            settings.readTimeout = read
            settings.statementTimeout = statement
            let row = try Connection(settings).queryOne("SELECT @@max_statement_time", [])
            #expect(row?.values == [.double(expected)])
        }
    }

    @Test("reads wait for the other nodes of a cluster only when asked to")
    func readsAcrossNodes() throws {
        try TestDatabase.with { database throws in
            var settings = try database.settings
            for (setting, expected) in [(false, SQLValue.unsigned(0)), (true, .unsigned(5))] {
                settings.readsAcrossNodes = setting
                let row = try Connection(settings).queryOne("SELECT @@wsrep_sync_wait", [])
                #expect(row?.values == [expected])
            }
        }
    }

    @Test("a value that does not fit its column is refused, not cut")
    func strict() throws {
        try TestDatabase.withConnection { connection throws in
            try connection.run(SQLScript(parsing: "CREATE TABLE t (a VARCHAR(3))"))
            #expect(throws: MariaDBError.statementFailed(ServerErrorCode(rawValue: 1406))) {
                try connection.execute("INSERT INTO t VALUES (?)", [.text("four")])
            }
        }
    }

    private func commands(of connection: Connection) throws -> (prepared: Int64, executed: Int64) {
        let rows = try connection.query(
            """
            SELECT CAST(VARIABLE_VALUE AS INT) FROM information_schema.SESSION_STATUS
            WHERE VARIABLE_NAME IN ('Com_stmt_prepare', 'Com_stmt_execute')
            ORDER BY VARIABLE_NAME
            """, [])
        return (prepared: try rows[1].integer(0), executed: try rows[0].integer(0))
    }
}
