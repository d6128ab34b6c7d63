import MariaDB

/// Why the migrator stopped.
///
/// The description tells an administrator what to do.
public enum MigrationProblem: Error, Hashable, Sendable {
    /// A directory or file cannot be read.
    case unreadable(path: String)
    /// A `.sql` file is not named `NNNN_name.sql`.
    case badFileName(String)
    /// A file cannot be used, for this reason.
    case badFile(String, reason: String)
    /// Two files have the same number.
    case sameNumber(String, String)
    /// Another migrator holds the lock.
    case locked
    /// Migrations are in a state that needs a person first.
    case unsound(MigrationStatus)
    /// A statement failed; `nothingDone` when it was the first, so that nothing took effect.
    case failed(title: String, id: MigrationID, MariaDBError, nothingDone: Bool)
    /// There is no such migration to resolve.
    case unknown(MigrationID)
    /// A migration in this state cannot be marked in this way.
    case notResolvable(MigrationStatus, asDone: Bool)
    /// The database did not answer as it should.
    case database(MariaDBError)
}

extension MigrationProblem: CustomStringConvertible {
    /// What happened and what to do about it.
    public var description: String {
        switch self {
        case .unreadable(let path):
            "\(path) cannot be read."
        case .badFileName(let name):
            """
            \(name) is not named like a migration: four digits from 0001, an underscore, a name of \
            lower-case letters, digits and underscores, and .sql, as in 0007_mail_queue.sql.
            """
        case .badFile(let name, let reason):
            "The migration \(name) cannot be used. \(reason)"
        case .sameNumber(let one, let other):
            "\(one) and \(other) have the same number. Give one of them the next free number."
        case .locked:
            """
            Another migration of this database is running. Wait until it has ended; if none runs \
            any more, SHOW PROCESSLIST names the session that still holds the lock.
            """
        case .unsound(let status):
            Self.advice(about: status)
        case .failed(let title, let id, let error, let nothingDone):
            nothingDone
                ? """
                The migration \(title) failed. \(error) Nothing of it took effect: remove the \
                cause and run `gatereeve migrate` again.
                """
                : """
                The migration \(title) failed. \(error) The statements before took effect. \
                \(Self.repair(id))
                """
        case .unknown(let id):
            "There is no migration \(id)."
        case .notResolvable(let status, let asDone):
            """
            The migration \(status.title) is \(status.state.rawValue); it cannot be marked as \
            \(asDone ? "done" : "undone").
            """
        case .database(let error):
            error.description
        }
    }

    private static func advice(about status: MigrationStatus) -> String {
        let title = status.title
        return switch status.state {
        case .halfDone:
            """
            The migration \(title) was begun and not finished; some of its statements may have \
            taken effect. \(repair(status.id))
            """
        case .edited:
            """
            The file of the migration \(title) was changed after it had run. Put the original \
            back, and write a new file for a new change. If the change is one of comments only, \
            `gatereeve migrate --mark-done \(status.id)` accepts the file as it is now.
            """
        case .missing:
            """
            The migration \(title) has run here, and its file is gone. Put the file back. If its \
            effects were taken back by hand, `gatereeve migrate --mark-undone \(status.id)` \
            forgets it.
            """
        case .outOfOrder:
            """
            The migration \(title) has not run, but a later one of its series has. Give the file \
            a number after all others. If its effects are in the database already, \
            `gatereeve migrate --mark-done \(status.id)` records that.
            """
        case .applied, .pending, .newer:
            "The migration \(title) is \(status.state.rawValue)."
        }
    }

    private static func repair(_ id: MigrationID) -> String {
        """
        Compare the file with the database, statement by statement (SHOW CREATE TABLE tells how \
        a table is). Then either do by hand what is missing and run \
        `gatereeve migrate --mark-done \(id)`, or take back by hand what was done and run \
        `gatereeve migrate --mark-undone \(id)`; after that run `gatereeve migrate` again.
        """
    }
}
