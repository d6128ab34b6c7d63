import AuthStore
import Foundation
import MariaDB
import Testing

@Suite("migrator")
struct MigratorTests {
    @Test("the program's files run before the site's, each once, in the order of numbers")
    func appliesInOrder() throws {
        try MigratorWorkplace.with { place throws in
            try place.write("0002_second.sql", "ALTER TABLE a ADD y INT;")
            try place.write("0001_first.sql", "CREATE TABLE a (x INT); CREATE TABLE b (x INT)")
            try place.write(
                "0001_own.sql", "ALTER TABLE a ADD z INT NULL;", series: .site, runsUnder: nil)
            try place.write("README.md", "not a migration")
            var events: [String] = []
            let applied = try place.migrator().apply { event in
                switch event {
                case .begins(let title): events.append("begins \(title)")
                case .done(let title, _): events.append("done \(title)")
                }
            }
            #expect(applied.map(\.title) == ["0001_first", "0002_second", "site/0001_own"])
            #expect(
                events == [
                    "begins 0001_first", "done 0001_first", "begins 0002_second",
                    "done 0002_second", "begins site/0001_own", "done site/0001_own",
                ])
            #expect(try place.tables() == ["a", "b", "schema_migrations"])
            #expect(
                try place.states() == [
                    "0001_first applied", "0002_second applied", "site/0001_own applied",
                ])
            #expect(try place.migrator().apply().isEmpty)
            try place.write("0003_third.sql", "DROP TABLE b")
            #expect(try place.migrator().apply().map(\.title) == ["0003_third"])
            let status = try place.migrator().status()
            #expect(status.allSatisfy { ($0.begunAt ?? .max) <= ($0.doneAt ?? .min) })
        }
    }

    @Test("status and plan change nothing, not even in an empty database")
    func dryRun() throws {
        try MigratorWorkplace.with { place throws in
            try place.write("0001_first.sql", "CREATE TABLE a (x INT)")
            #expect(try place.migrator().plan().map(\.title) == ["0001_first"])
            #expect(try place.states() == ["0001_first pending"])
            #expect(try place.tables() == [])
        }
    }

    @Test("the files of this repository run, and the service then starts")
    func shippedFiles() throws {
        try MigratorWorkplace.with { place throws in
            let shipped = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
                .deletingLastPathComponent().deletingLastPathComponent()
                .appendingPathComponent("migrations")
            let migrator = try Migrator(
                [MigrationDirectory(.gatereeve, path: shipped.path)], database: place.settings)
            let applied = try migrator.apply()
            #expect(applied.first?.title == "0001_users")
            let newest = try #require(applied.last).id.number
            #expect(applied.count == newest)
            try Migrator.checkForService(requiredNumber: newest, on: place.connect())
            let uncommented = try place.connect().query(
                """
                SELECT c.table_name, c.column_name
                FROM information_schema.COLUMNS AS c JOIN information_schema.TABLES AS t
                    ON t.table_schema = c.table_schema AND t.table_name = c.table_name
                WHERE c.table_schema = DATABASE() AND c.column_comment = ''
                    AND t.table_type = 'BASE TABLE'
                """, [])
            #expect(uncommented == [])
        }
    }

    @Test("a failure after the first statement leaves the file half done, and nothing goes on")
    func halfDone() throws {
        try MigratorWorkplace.with { place throws in
            try place.write("0001_first.sql", "CREATE TABLE a (x INT)")
            try place.write("0002_bad.sql", "CREATE TABLE b (x INT);\nCREATE TABLE a (x INT);")
            try place.write("0003_third.sql", "CREATE TABLE c (x INT)")
            let failure = #expect(throws: MigrationProblem.self) { try place.migrator().apply() }
            let text = try #require(failure).description
            #expect(text.contains("0002_bad") && text.contains("line 6"))
            #expect(text.contains("Table 'a' already exists"))
            #expect(text.contains("--mark-done 0002") && text.contains("--mark-undone 0002"))
            #expect(
                try place.states() == [
                    "0001_first applied", "0002_bad half-done", "0003_third pending",
                ])
            let refusal = #expect(throws: MigrationProblem.self) { try place.migrator().apply() }
            guard case .unsound(let status) = refusal else {
                Issue.record("thrown: \(String(describing: refusal))")
                return
            }
            #expect(status.state == .halfDone && status.title == "0002_bad")
            #expect(try place.tables() == ["a", "b", "schema_migrations"])

            try place.migrator().resolve(MigrationID(.gatereeve, 2), asDone: true)
            #expect(try place.migrator().apply().map(\.title) == ["0003_third"])
        }
    }

    @Test("a half-done file that was taken back by hand runs again once it is marked undone")
    func halfDoneTakenBack() throws {
        try MigratorWorkplace.with { place throws in
            try place.write("0001_bad.sql", "CREATE TABLE b (x INT); ALTER TABLE none ADD y INT;")
            #expect(throws: MigrationProblem.self) { try place.migrator().apply() }
            try place.connect().run(SQLScript(parsing: "DROP TABLE b"))
            try place.migrator().resolve(MigrationID(.gatereeve, 1), asDone: false)
            try place.write("0001_bad.sql", "CREATE TABLE b (x INT); ALTER TABLE b ADD y INT;")
            #expect(try place.migrator().apply().map(\.title) == ["0001_bad"])
        }
    }

    @Test("a failure of the first statement leaves nothing to repair")
    func firstStatementFails() throws {
        try MigratorWorkplace.with { place throws in
            try place.write("0001_bad.sql", "ALTER TABLE none ADD y INT; CREATE TABLE b (x INT)")
            let failure = #expect(throws: MigrationProblem.self) { try place.migrator().apply() }
            #expect(try #require(failure).description.contains("Nothing of it took effect"))
            #expect(try place.states() == ["0001_bad pending"])
            try place.write("0001_bad.sql", "CREATE TABLE b (x INT)")
            #expect(try place.migrator().apply().count == 1)
        }
    }

    @Test("a file that was changed after it ran is refused until it is accepted")
    func edited() throws {
        try MigratorWorkplace.with { place throws in
            try place.write("0001_first.sql", "CREATE TABLE a (x INT)")
            try place.migrator().apply()
            try place.write("0001_first.sql", "CREATE TABLE a (x INT) -- a comment")
            try place.write("0002_second.sql", "CREATE TABLE b (x INT)")
            let refusal = #expect(throws: MigrationProblem.self) { try place.migrator().apply() }
            #expect(try #require(refusal).description.contains("--mark-done 0001"))
            #expect(try place.states() == ["0001_first edited", "0002_second pending"])
            try place.migrator().resolve(MigrationID(.gatereeve, 1), asDone: true)
            #expect(try place.migrator().apply().map(\.title) == ["0002_second"])
        }
    }

    @Test("a file that is gone is refused until it is forgotten")
    func missing() throws {
        try MigratorWorkplace.with { place throws in
            try place.write("0001_own.sql", "CREATE TABLE a (x INT)", series: .site)
            try place.write("0002_own.sql", "CREATE TABLE b (x INT)", series: .site)
            try place.migrator().apply()
            try place.remove("0001_own.sql", series: .site)
            let refusal = #expect(throws: MigrationProblem.self) { try place.migrator().plan() }
            #expect(try #require(refusal).description.contains("--mark-undone site/0001"))
            try place.migrator().resolve(MigrationID(.site, 1), asDone: false)
            #expect(try place.migrator().plan().isEmpty)
        }
    }

    @Test("a number below one that has run is refused until its effects are recorded")
    func outOfOrder() throws {
        try MigratorWorkplace.with { place throws in
            try place.write("0002_second.sql", "CREATE TABLE b (x INT)")
            try place.migrator().apply()
            try place.write("0001_first.sql", "CREATE TABLE a (x INT)")
            let refusal = #expect(throws: MigrationProblem.self) { try place.migrator().apply() }
            #expect(try #require(refusal).description.contains("--mark-done 0001"))
            #expect(try place.tables() == ["b", "schema_migrations"])
            try place.migrator().resolve(MigrationID(.gatereeve, 1), asDone: true)
            #expect(try place.states() == ["0001_first applied", "0002_second applied"])
        }
    }

    @Test("files that a newer release has run are left alone")
    func newer() throws {
        try MigratorWorkplace.with { place throws in
            try place.write("0001_first.sql", "CREATE TABLE a (x INT)")
            try place.write("0002_second.sql", "CREATE TABLE b (x INT)")
            try place.migrator().apply()
            try place.remove("0002_second.sql")
            #expect(try place.states() == ["0001_first applied", "0002_second newer"])
            #expect(try place.migrator().apply().isEmpty)
        }
    }

    @Test("only what needs a person can be marked")
    func notResolvable() throws {
        try MigratorWorkplace.with { place throws in
            try place.write("0001_first.sql", "CREATE TABLE a (x INT)")
            try place.migrator().apply()
            try place.write("0002_second.sql", "CREATE TABLE b (x INT)")
            for (number, asDone) in [(1, true), (1, false), (2, true), (2, false)] {
                let problem = #expect(throws: MigrationProblem.self) {
                    try place.migrator().resolve(MigrationID(.gatereeve, number), asDone: asDone)
                }
                guard case .notResolvable = problem else {
                    Issue.record("thrown: \(String(describing: problem))")
                    continue
                }
            }
            let unknown = MigrationID(.site, 1)
            #expect(throws: MigrationProblem.unknown(unknown)) {
                try place.migrator().resolve(unknown, asDone: true)
            }
            #expect(try place.states() == ["0001_first applied", "0002_second pending"])
        }
    }

    @Test("two migrators at once run each file once")
    func concurrent() throws {
        try MigratorWorkplace.with { place throws in
            for number in 1...5 {
                try place.write("000\(number)_t.sql", "CREATE TABLE t\(number) (x INT)")
            }
            let outcome = Outcome()
            DispatchQueue.concurrentPerform(iterations: 2) { _ in
                outcome.record { try place.migrator().apply().map(\.title) }
            }
            #expect(outcome.failures.isEmpty)
            #expect(outcome.titles.sorted() == (1...5).map { "000\($0)_t" })
        }
    }

    @Test("while another holds the lock a migrator gives up and says so")
    func locked() throws {
        try MigratorWorkplace.with { place throws in
            let holder = try place.connect()
            _ = try holder.queryOne(
                "SELECT GET_LOCK(CONCAT('gatereeve.migrate:', DATABASE()), 0)", [])
            #expect(throws: MigrationProblem.locked) {
                try place.migrator().apply()
            }
        }
    }

    /// What several threads have done.
    private final class Outcome: @unchecked Sendable {
        // The lock guards both arrays.
        private let lock = NSLock()
        private(set) var titles: [String] = []
        private(set) var failures: [any Error] = []

        func record(_ work: () throws -> [String]) {
            let result = Result(catching: work)
            lock.withLock {
                switch result {
                case .success(let titles): self.titles += titles
                case .failure(let error): failures.append(error)
                }
            }
        }
    }
}
