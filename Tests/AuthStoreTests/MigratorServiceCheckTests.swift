import AuthStore
import MariaDB
import Testing

@Suite("schema check of the service")
struct MigratorServiceCheckTests {
    private func check(_ number: Int, in place: MigratorWorkplace) throws {
        try Migrator.checkForService(requiredNumber: number, on: place.connect())
    }

    @Test("a database without a schema is named as such")
    func noSchema() throws {
        try MigratorWorkplace.with { place throws in
            let problem = #expect(throws: SchemaProblem.noSchema) { try check(1, in: place) }
            #expect(
                problem?.description
                    == "The database has no Gatereeve schema yet. Run: gatereeve migrate")
        }
    }

    @Test("a schema that lacks a migration is refused")
    func behind() throws {
        try MigratorWorkplace.with { place throws in
            try place.write("0001_a.sql", "CREATE TABLE a (x INT)")
            try place.migrator().apply()
            try check(1, in: place)
            #expect(throws: SchemaProblem.behind(needs: MigrationID(.gatereeve, 2))) {
                try check(2, in: place)
            }
        }
    }

    @Test("a half-done migration is refused by the programs that need it, and by no other")
    func halfDone() throws {
        try MigratorWorkplace.with { place throws in
            try place.write("0001_a.sql", "CREATE TABLE a (x INT)")
            try place.write("0002_b.sql", "CREATE TABLE b (x INT); CREATE TABLE b (x INT)")
            #expect(throws: MigrationProblem.self) { try place.migrator().apply() }
            try check(1, in: place)
            #expect(throws: SchemaProblem.halfDone(MigrationID(.gatereeve, 2), name: "b")) {
                try check(2, in: place)
            }
        }
    }

    @Test("a newer schema is accepted as far back as its migrations allow")
    func newer() throws {
        try MigratorWorkplace.with { place throws in
            try place.write("0001_a.sql", "CREATE TABLE a (x INT)", runsUnder: 1)
            try place.write("0002_b.sql", "ALTER TABLE a ADD y INT", runsUnder: 1)
            try place.write("0003_c.sql", "ALTER TABLE a DROP x", runsUnder: 2)
            try place.write("0004_d.sql", "CREATE TABLE d (x INT)", runsUnder: 1)
            try place.migrator().apply()
            for number in 2...4 { try check(number, in: place) }
            #expect(
                throws: SchemaProblem.tooNew(
                    newest: MigrationID(.gatereeve, 4), oldestProgram: 2, program: 1)
            ) { try check(1, in: place) }
        }
    }

    @Test("the site's own migrations are of no concern to it")
    func site() throws {
        try MigratorWorkplace.with { place throws in
            try place.write("0001_a.sql", "CREATE TABLE a (x INT)")
            try place.write(
                "0009_own.sql", "CREATE TABLE b (x INT); CREATE TABLE b (x INT)", series: .site)
            #expect(throws: MigrationProblem.self) { try place.migrator().apply() }
            try check(1, in: place)
        }
    }

    @Test("an account that may only read is enough")
    func readOnly() throws {
        try MigratorWorkplace.with { place throws in
            try place.write("0001_a.sql", "CREATE TABLE a (x INT)")
            try place.migrator().apply()
            let name = try #require(place.settings.database)
            let user = "reader_\(name.suffix(20))"
            let administration = try place.connect()
            try administration.run(
                SQLScript(
                    parsing: """
                        CREATE USER \(user)@localhost;
                        GRANT SELECT ON \(name).* TO \(user)@localhost;
                        """))
            defer { try? administration.run(SQLScript(parsing: "DROP USER \(user)@localhost")) }
            var settings = place.settings
            settings.user = user
            try Migrator.checkForService(requiredNumber: 1, on: Connection(settings))
        }
    }
}
