import MariaDB
import Testing

@Suite("scripts")
struct ScriptTests {
    @Test(
        "a script is cut at the semicolons that end statements and nowhere else",
        arguments: [
            ("", []), ("  \n\t ", []), (";;;", []), ("-- only a comment", []),
            ("SELECT 1", ["SELECT 1"]), ("SELECT 1;", ["SELECT 1"]),
            ("a; b ;c", ["a", "b", "c"]),
            ("SELECT 'a;b'; x", ["SELECT 'a;b'", "x"]),
            (#"SELECT 'a\';b'; x"#, [#"SELECT 'a\';b'"#, "x"]),
            (#"SELECT 'a\\'; x"#, [#"SELECT 'a\\'"#, "x"]),
            ("SELECT 'a'';b'; x", ["SELECT 'a'';b'", "x"]),
            (#"SELECT "a;""b;"; x"#, [#"SELECT "a;""b;""#, "x"]),
            ("SELECT `a;``b;`; x", ["SELECT `a;``b;`", "x"]),
            (#"SELECT `a\`; x"#, [#"SELECT `a\`"#, "x"]),
            ("-- a;b\nSELECT 1; x", ["SELECT 1", "x"]),
            ("--\nSELECT 1", ["SELECT 1"]), ("SELECT 5--2; x", ["SELECT 5--2", "x"]),
            ("# a;b\nSELECT 1; x", ["SELECT 1", "x"]),
            ("/* a;b' */ SELECT 1; x", ["SELECT 1", "x"]),
            ("SELECT /* ; */ 1 -- ;\n + 2; x", ["SELECT /* ; */ 1 -- ;\n + 2", "x"]),
            ("SELECT 1 # it's;\n; x", ["SELECT 1 # it's;", "x"]),
            ("/*! SET a = ';' */; x", ["/*! SET a = ';' */", "x"]),
            ("/*M!100100 SET a */; x", ["/*M!100100 SET a */", "x"]),
            ("SELECT 'ž;🐎'; ž", ["SELECT 'ž;🐎'", "ž"]),
            ("SELECT 1\r\n;\r\nx", ["SELECT 1", "x"]),
            ("/**/SELECT 1", ["SELECT 1"]), ("SELECT 6/2*3", ["SELECT 6/2*3"]),
            ("BEGIN; INSERT 1; COMMIT", ["BEGIN", "INSERT 1", "COMMIT"]),
            (
                "CREATE TRIGGER t AFTER INSERT ON a FOR EACH ROW SET @x = 1",
                ["CREATE TRIGGER t AFTER INSERT ON a FOR EACH ROW SET @x = 1"]
            ),
            ("CREATE TABLE begins (`BEGIN` INT)", ["CREATE TABLE begins (`BEGIN` INT)"]),
        ] as [(String, [String])])
    func splits(_ script: String, _ expected: [String]) throws {
        #expect(try SQLScript(parsing: script).pieces.map(\.text) == expected)
    }

    @Test(
        "what cannot be cut is refused with its line",
        arguments: [
            ("SELECT 1;\nSELECT 'a", .unterminated(line: 2)),
            ("SELECT \"a\\\"", .unterminated(line: 1)), ("\n\n`a", .unterminated(line: 3)),
            ("a;\n/* b", .unterminated(line: 2)), ("/*/", .unterminated(line: 1)),
            ("'\\", .unterminated(line: 1)),
            ("SELECT 1;\nDELIMITER //\nSELECT 2//", .delimiterCommand(line: 2)),
            ("delimiter $$", .delimiterCommand(line: 1)),
            (
                "\nCREATE OR REPLACE DEFINER=`a`@`b` TRIGGER t BEFORE INSERT ON a\n"
                    + "FOR EACH ROW BEGIN SET @a = 1; SET @b = 2; END",
                .compoundStatement(line: 2)
            ),
            ("CREATE PROCEDURE p() BEGIN SELECT 1; END", .compoundStatement(line: 1)),
            ("BEGIN NOT ATOMIC SELECT 1; END", .compoundStatement(line: 1)),
        ] as [(String, SQLScript.Fault)])
    func refuses(_ script: String, _ fault: SQLScript.Fault) {
        #expect(throws: fault) { try SQLScript(parsing: script) }
    }

    @Test("lines are counted through strings and comments")
    func lines() throws {
        let script = try SQLScript(parsing: "/*\n\n*/ a '\n';\n-- c\n\n b;\r\nc")
        #expect(script.pieces.map(\.line) == [3, 7, 8])
    }

    @Test("a script runs statement by statement up to the first that fails")
    func runs() throws {
        try TestDatabase.withConnection { connection throws in
            let script = try SQLScript(
                parsing: """
                    CREATE TABLE t (a INT);
                    INSERT INTO t VALUES (1);
                    SELECT * FROM t; -- rows are forgotten
                    INSERT INTO t VALUES (2);

                    INSERT INTO nowhere VALUES (3);
                    INSERT INTO t VALUES (4);
                    """)
            let error = #expect(throws: MariaDBError.self) { try connection.run(script) }
            guard case .scriptFailed(let number, let line, let code, let message) = error else {
                Issue.record("thrown: \(String(describing: error))")
                return
            }
            #expect(number == 5 && line == 6 && code == .noSuchTable && message.contains("nowhere"))
            let rows = try connection.query("SELECT a FROM t ORDER BY a", [])
            #expect(rows.map(\.values) == [[.integer(1)], [.integer(2)]])
        }
    }
}
