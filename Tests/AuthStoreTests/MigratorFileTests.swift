import AuthStore
import MariaDB
import Testing

@Suite("migration files")
struct MigratorFileTests {
    private func read(
        _ name: String, _ text: String, _ series: MigrationSeries = .gatereeve
    ) throws -> Migration {
        try Migration(series: series, fileName: name, contents: Array(text.utf8))
    }

    @Test("number, name, oldest program and checksum are read")
    func reads() throws {
        let migration = try read(
            "0012_mail_queue2.sql", "-- Purpose.\n-- Runs under: 7\n\nSELECT 1;\n")
        #expect(migration.id == MigrationID(.gatereeve, 12))
        #expect(migration.name == "mail_queue2" && migration.title == "0012_mail_queue2")
        #expect(migration.oldestProgram == 7)
        #expect(migration.script.pieces.map(\.text) == ["SELECT 1"])
        #expect(migration.checksum.count == 32)
    }

    @Test(
        "a file name of another form is refused",
        arguments: [
            "1_a.sql", "001_a.sql", "00001_a.sql", "0000_a.sql", "0001-a.sql", "0001_.sql",
            "0001.sql", "0001_A.sql", "0001_a.SQL", "0001_a b.sql", "0001_ä.sql", "a.sql", "",
            "+001_a.sql", "0001_a.sql.sql", "0001_a.txt", "٠٠٠١_a.sql",
        ])
    func refusesName(_ name: String) {
        #expect(throws: MigrationProblem.badFileName(name)) {
            try read(name, "-- Runs under: 1\nSELECT 1")
        }
    }

    @Test(
        "a file without a usable head, or without statements, is refused",
        arguments: [
            "SELECT 1", "-- Purpose\nSELECT 1", "SELECT 1;\n-- Runs under: 1",
            "-- Runs under: 0\nSELECT 1", "-- Runs under: 4\nSELECT 1",
            "-- Runs under: one\nSELECT 1", "-- Runs under:\nSELECT 1",
            "-- Runs under: 1\n", "-- Runs under: 1\n-- SELECT 1;\n;",
            "-- Runs under: 1\nSELECT 'a", "-- Runs under: 1\nDELIMITER //\n",
        ])
    func refusesContents(_ text: String) {
        #expect {
            try read("0003_a.sql", text)
        } throws: { error in
            if case .badFile("0003_a.sql", _) = error as? MigrationProblem { true } else { false }
        }
    }

    @Test("a file that is not UTF-8 is refused")
    func refusesEncoding() {
        #expect(throws: MigrationProblem.badFile("0001_a.sql", reason: "It is not UTF-8 text.")) {
            try Migration(
                series: .site, fileName: "0001_a.sql", contents: Array("SELECT 1".utf8) + [0xE4])
        }
    }

    @Test("a site's file needs no head")
    func siteFile() throws {
        let migration = try read("0001_a.sql", "SELECT 1", .site)
        #expect(migration.oldestProgram == 0 && migration.title == "site/0001_a")
    }

    @Test("two files with one number are refused")
    func sameNumber() throws {
        try MigratorWorkplace.with { place throws in
            try place.write("0001_a.sql", "SELECT 1")
            try place.write("0001_b.sql", "SELECT 1")
            #expect(throws: MigrationProblem.sameNumber("0001_a", "0001_b")) {
                try place.migrator()
            }
        }
    }

    @Test("a directory that is not there is named")
    func noDirectory() throws {
        try MigratorWorkplace.with { place throws in
            #expect(throws: MigrationProblem.unreadable(path: "/nonexistent")) {
                try Migrator(
                    [MigrationDirectory(.site, path: "/nonexistent")], database: place.settings)
            }
        }
    }

    @Test(
        "a migration is named by its number, with the series where it is not the program's",
        arguments: [
            ("7", MigrationID(.gatereeve, 7)), ("0007", MigrationID(.gatereeve, 7)),
            ("gatereeve/0007", MigrationID(.gatereeve, 7)), ("site/12", MigrationID(.site, 12)),
            ("", nil), ("0", nil), ("0000", nil), ("00007", nil), ("-1", nil), ("+1", nil),
            ("x/1", nil), ("site/", nil), ("site/1/2", nil), ("/1", nil), ("1 ", nil),
        ] as [(String, MigrationID?)])
    func parsesID(_ text: String, _ id: MigrationID?) {
        #expect(MigrationID(parsing: text) == id)
        if let id { #expect(MigrationID(parsing: id.description) == id) }
    }
}
