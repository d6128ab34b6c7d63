import MariaDB

/// Why the service does not start on this schema.
///
/// The description says what to run.
public enum SchemaProblem: Error, Hashable, Sendable {
    /// There is no table of migrations.
    case noSchema
    /// The program needs this migration, and it was not begun.
    case behind(needs: MigrationID)
    /// The program needs this migration, and it was begun and not finished.
    case halfDone(MigrationID, name: String)
    /// The schema has gone on to `newest`, which programs before `oldestProgram` cannot use.
    case tooNew(newest: MigrationID, oldestProgram: Int, program: Int)
    /// The database did not answer as it should.
    case database(MariaDBError)
}

extension SchemaProblem: CustomStringConvertible {
    /// What is wrong and what to do about it.
    public var description: String {
        switch self {
        case .noSchema:
            "The database has no Gatereeve schema yet. Run: gatereeve migrate"
        case .behind(let id):
            "The database lacks the migration \(id), which this program needs. Run: gatereeve migrate"
        case .halfDone(let id, let name):
            """
            The migration \(id)_\(name) was begun and not finished. If it is running now, wait; \
            otherwise `gatereeve migrate` tells what to do.
            """
        case .tooNew(let newest, let oldestProgram, let program):
            """
            The database is at migration \(newest), which needs a program for schema \
            \(oldestProgram) or later; this one is for schema \(program). Install a newer Gatereeve.
            """
        case .database(let error):
            error.description
        }
    }
}

extension Migrator {
    /// Checks that a program can work on the schema of a database; needs SELECT alone.
    ///
    /// Newer migrations are accepted as long as each of them allows programs as old as this. That
    /// holds also for one that is under way, so that the service may restart during a long one.
    ///
    /// - Parameter requiredNumber: The newest migration of the series of the program that the
    ///   program knows; it needs all up to this.
    public static func checkForService(
        requiredNumber: Int, on connection: Connection
    ) throws(SchemaProblem) {
        let records: [MigrationRecord]?
        do throws(MariaDBError) {
            records = try MigrationJournal(connection: connection).records()
        } catch {
            throw .database(error)
        }
        guard let own = records?.filter({ $0.id.series == .gatereeve }) else { throw .noSchema }
        let required = MigrationID(.gatereeve, requiredNumber)
        if let unfinished = own.first(where: { $0.id <= required && $0.doneAt == nil }) {
            throw .halfDone(unfinished.id, name: unfinished.name)
        }
        guard own.contains(where: { $0.id == required }) else { throw .behind(needs: required) }
        if let newest = own.last,
            let strictest = own.max(by: { $0.oldestProgram < $1.oldestProgram }),
            strictest.oldestProgram > requiredNumber
        {
            throw .tooNew(
                newest: newest.id, oldestProgram: strictest.oldestProgram, program: requiredNumber)
        }
    }
}
