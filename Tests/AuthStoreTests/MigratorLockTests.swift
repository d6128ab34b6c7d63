import AuthStore
import Foundation
import MariaDB
import Testing

@Suite("migrator and tables in use")
struct MigratorLockTests {
    @Test("a migration that waits for a table does not keep others from reading it")
    func waitsInTurns() throws {
        try MigratorWorkplace.with { place throws in
            try place.write("0001_first.sql", "CREATE TABLE a (x INT)")
            try place.migrator().apply()
            try place.write("0002_second.sql", "ALTER TABLE a ADD y INT")

            // As a backup does, which reads for a long time.
            let backup = try place.connect()
            try backup.run(SQLScript(parsing: "START TRANSACTION; SELECT * FROM a"))
            let migration = Background { try place.migrator().apply().map(\.title) }
            try place.waitForWaitingStatement()

            var patient = place.settings
            patient.lockWaitTimeout = 30
            patient.readTimeout = 60
            patient.statementTimeout = 0
            let client = try Connection(patient)
            #expect(try client.query("SELECT x FROM a", []).isEmpty)

            try backup.run(SQLScript(parsing: "COMMIT"))
            #expect(try migration.value() == ["0002_second"])
            #expect(try place.states() == ["0001_first applied", "0002_second applied"])
        }
    }
}

extension MigratorWorkplace {
    /// Until a statement in this database waits for a table.
    fileprivate func waitForWaitingStatement() throws {
        let observer = try connect()
        let deadline = ContinuousClock.now + .seconds(60)
        while try observer.query(
            """
            SELECT id FROM information_schema.PROCESSLIST
            WHERE db = DATABASE() AND state = 'Waiting for table metadata lock'
            """, []
        ).isEmpty {
            try #require(ContinuousClock.now < deadline, "no statement waits for a table")
            usleep(1000)
        }
    }
}
