import MariaDB

/// The table `schema_migrations`: which files were begun and done in this database.
struct MigrationJournal {
    let connection: Connection

    private static let table: SQLScript? = try? SQLScript(
        parsing: """
            CREATE TABLE IF NOT EXISTS schema_migrations (
                series VARCHAR(16) CHARACTER SET ascii COLLATE ascii_nopad_bin NOT NULL
                    COMMENT 'gatereeve: shipped with the program; site: of the administrator',
                number INT UNSIGNED NOT NULL
                    COMMENT 'The number of the file in its series',
                name VARCHAR(100) CHARACTER SET ascii COLLATE ascii_nopad_bin NOT NULL
                    COMMENT 'The rest of the name of the file',
                checksum BINARY(32) NOT NULL
                    COMMENT 'SHA-256 of the file that was run',
                oldest_program INT UNSIGNED NOT NULL
                    COMMENT 'The oldest schema number whose program runs on the schema after it',
                begun_at DATETIME(6) NOT NULL
                    COMMENT 'UTC; before its first statement',
                done_at DATETIME(6) NULL
                    COMMENT 'UTC; after its last statement, NULL while or if it did not get there',
                PRIMARY KEY (series, number)
            ) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_nopad_bin
              COMMENT='Migrations that were begun in this database, and those that were done'
            """)

    /// Makes the table if there is none.
    func create() throws(MariaDBError) {
        guard let table = Self.table else { preconditionFailure("the text above is one statement") }
        try connection.run(table)
    }

    /// - Returns: All records in order, or nil when there is no table.
    func records() throws(MariaDBError) -> [MigrationRecord]? {
        let rows: [Row]
        do throws(MariaDBError) {
            rows = try connection.query(
                """
                SELECT series, number, name, checksum, oldest_program, begun_at, done_at
                FROM schema_migrations
                """, [])
        } catch .statementFailed(.noSuchTable) {
            return nil
        }
        var records: [MigrationRecord] = []
        for row in rows {
            guard let series = MigrationSeries(rawValue: try row.text(0)) else {
                throw .unexpectedValue(column: 0)
            }
            records.append(
                MigrationRecord(
                    id: MigrationID(series, Int(try row.integer(1))), name: try row.text(2),
                    checksum: try row.bytes(3), oldestProgram: Int(try row.integer(4)),
                    begunAt: try row.dateTime(5), doneAt: try row.optionalDateTime(6)))
        }
        return records.sorted { $0.id < $1.id }
    }

    /// Records that a migration is about to run.
    func begin(_ migration: Migration) throws(MariaDBError) {
        try connection.execute(
            """
            INSERT INTO schema_migrations
                (series, number, name, checksum, oldest_program, begun_at)
            VALUES (?, ?, ?, ?, ?, UTC_TIMESTAMP(6))
            """,
            [
                .text(migration.id.series.rawValue), .integer(Int64(migration.id.number)),
                .text(migration.name), .bytes(migration.checksum),
                .integer(Int64(migration.oldestProgram)),
            ])
    }

    /// Records that a migration is done, with the file as it is now.
    func finish(_ migration: Migration) throws(MariaDBError) {
        try connection.execute(
            """
            UPDATE schema_migrations
            SET done_at = COALESCE(done_at, UTC_TIMESTAMP(6)), name = ?, checksum = ?,
                oldest_program = ?
            WHERE series = ? AND number = ?
            """,
            [
                .text(migration.name), .bytes(migration.checksum),
                .integer(Int64(migration.oldestProgram)), .text(migration.id.series.rawValue),
                .integer(Int64(migration.id.number)),
            ])
    }

    /// Forgets a migration, as if it had not been begun.
    func forget(_ id: MigrationID) throws(MariaDBError) {
        try connection.execute(
            "DELETE FROM schema_migrations WHERE series = ? AND number = ?",
            [.text(id.series.rawValue), .integer(Int64(id.number))])
    }
}
