import MariaDB

/// Brings the schema of a database up to date, file by file.
///
/// MariaDB commits at each statement that changes the schema, so a file cannot be undone as a
/// whole. Each is therefore recorded as begun before its first statement and as done after its
/// last, and nothing goes on over one that was left half done. A lock of the server keeps two
/// migrators apart; in a Galera cluster it reaches one node only, so always migrate on the same.
///
/// It needs an account that may create and alter tables.
public final class Migrator {
    /// What happens while migrations are applied.
    public enum Event: Hashable, Sendable {
        /// The first statement of the file is about to run.
        case begins(title: String)
        /// All statements of the file have run, in this time.
        case done(title: String, after: Duration)
    }

    private let connection: Connection
    private let journal: MigrationJournal
    private let migrations: [Migration]

    /// Reads the directories and connects.
    ///
    /// - Parameters:
    ///   - directories: The program's directory and, if there is one, the site's.
    ///   - settings: Where the database is. Limits of time are lifted: a change of a large table
    ///     may take hours.
    public init(
        _ directories: [MigrationDirectory], database settings: ConnectionSettings
    ) throws(MigrationProblem) {
        var migrations: [Migration] = []
        for directory in directories { migrations += try directory.migrations() }
        self.migrations = migrations.sorted { $0.id < $1.id }
        connection = try Self.asking { () throws(MariaDBError) in
            try Connection(settings.unhurried)
        }
        journal = MigrationJournal(connection: connection)
    }

    /// Every migration that has a file or a record, in the order of running.
    ///
    /// Changes nothing.
    public func status() throws(MigrationProblem) -> [MigrationStatus] {
        let records = try Self.asking { () throws(MariaDBError) in try journal.records() ?? [] }
        return MigrationSeries.allCases.flatMap { series in
            MigrationStatus.compare(
                files: migrations.filter { $0.id.series == series },
                records: records.filter { $0.id.series == series })
        }
    }

    /// The migrations that ``apply(report:)`` would run, in order.
    ///
    /// Changes nothing.
    ///
    /// - Throws: ``MigrationProblem/unsound(_:)`` for the first that needs a person.
    public func plan() throws(MigrationProblem) -> [Migration] {
        let statuses = try status()
        for status in statuses {
            switch status.state {
            case .halfDone, .edited, .missing, .outOfOrder: throw .unsound(status)
            case .applied, .pending, .newer: continue
            }
        }
        let pending = Set(statuses.filter { $0.state == .pending }.map(\.id))
        return migrations.filter { pending.contains($0.id) }
    }

    /// Runs all pending migrations.
    ///
    /// - Parameter report: Called before and after each.
    /// - Returns: What was run; empty when the schema was up to date.
    /// - Throws: ``MigrationProblem/failed(title:id:_:nothingDone:)`` for a statement that fails;
    ///   the migrations before it stay done.
    @discardableResult
    public func apply(
        report: (Event) -> Void = { _ in }
    ) throws(MigrationProblem) -> [Migration] {
        try locked { () throws(MigrationProblem) in
            let plan = try plan()
            for migration in plan {
                report(.begins(title: migration.title))
                let start = ContinuousClock.now
                try run(migration)
                report(.done(title: migration.title, after: ContinuousClock.now - start))
            }
            return plan
        }
    }

    /// Records what a person has found out about a migration that is not sound.
    ///
    /// As done: one that is half done, edited or out of order, with its file as it is now. As
    /// undone: one that is half done or whose file is missing; it is forgotten.
    ///
    /// - Throws: ``MigrationProblem/unknown(_:)``,
    ///   ``MigrationProblem/notResolvable(_:asDone:)``
    public func resolve(_ id: MigrationID, asDone: Bool) throws(MigrationProblem) {
        try locked { () throws(MigrationProblem) in
            guard let status = try status().first(where: { $0.id == id }) else {
                throw .unknown(id)
            }
            let file = migrations.first { $0.id == id }
            switch (status.state, asDone, file) {
            case (.halfDone, true, let file?), (.edited, true, let file?):
                try Self.asking { () throws(MariaDBError) in try journal.finish(file) }
            case (.outOfOrder, true, let file?):
                try Self.asking { () throws(MariaDBError) in
                    try journal.begin(file)
                    try journal.finish(file)
                }
            case (.halfDone, false, _), (.missing, false, _):
                try Self.asking { () throws(MariaDBError) in try journal.forget(id) }
            default:
                throw .notResolvable(status, asDone: asDone)
            }
        }
    }

    private func run(_ migration: Migration) throws(MigrationProblem) {
        try Self.asking { () throws(MariaDBError) in try journal.begin(migration) }
        do throws(MariaDBError) {
            try connection.run(migration.script, lockWaits: 60)
            try journal.finish(migration)
        } catch {
            throw .failed(
                title: migration.title, id: migration.id, error,
                nothingDone: forgets(migration, after: error))
        }
    }

    /// Forgets a migration whose first statement was refused: a single statement is done or not.
    ///
    /// - Returns: Whether it was so and the record is gone.
    private func forgets(_ migration: Migration, after error: MariaDBError) -> Bool {
        guard case .scriptFailed(statement: 1, _, let code, _) = error, !code.isConnectionLost
        else { return false }
        do throws(MariaDBError) {
            try journal.forget(migration.id)
            return true
        } catch {
            return false
        }
    }

    /// Holds the lock of this database, and sees to it that there is a journal.
    private func locked<Result>(
        _ body: () throws(MigrationProblem) -> Result
    ) throws(MigrationProblem) -> Result {
        let answer = try Self.asking { () throws(MariaDBError) in
            try connection.queryOne(
                """
                SELECT GET_LOCK(CONCAT('gatereeve.migrate:', LEFT(COALESCE(DATABASE(), ''), 46)),
                    10)
                """, [])
        }
        guard answer?.values == [.integer(1)] else { throw .locked }
        defer { release() }
        try Self.asking { () throws(MariaDBError) in try journal.create() }
        return try body()
    }

    private func release() {
        do throws(MariaDBError) {
            try connection.execute("DO RELEASE_ALL_LOCKS()", [])
        } catch {
            // The end of the session releases the lock as well.
            connection.close()
        }
    }

    private static func asking<Result>(
        _ body: () throws(MariaDBError) -> Result
    ) throws(MigrationProblem) -> Result {
        do throws(MariaDBError) {
            return try body()
        } catch {
            throw .database(error)
        }
    }
}
