import ArgumentParser
import Auth
import AuthStore
import Logging
import MariaDB
import Threading

/// What must be true of the database before anything is served.
enum DatabaseReadiness {
    /// Waits for the database, then checks the schema and the declared fields against it.
    ///
    /// A database that is still starting is waited for; the service manager bounds how long.
    ///
    /// - Throws: `ExitCode` 78 after it has printed what is wrong and what to do; 0 when it is told
    ///   to leave meanwhile.
    static func await(
        _ settings: ConnectionSettings, fields: [CustomField], signals: TerminationSignals,
        logger: Logger
    ) throws {
        let connection = try connect(settings, signals: signals, logger: logger)
        defer { connection.close() }
        do throws(SchemaProblem) {
            try Migrator.checkForService(requiredNumber: Version.schema, on: connection)
        } catch {
            Complaint.print("\(error)")
            throw ExitCode(78)
        }
        let mismatches: [CustomFieldCheck.Mismatch]
        do throws(MariaDBError) {
            mismatches = try CustomFieldCheck.mismatches(of: fields, on: connection)
        } catch {
            Complaint.print("The columns of the table users cannot be read: \(error)")
            throw ExitCode(78)
        }
        guard mismatches.isEmpty else {
            for mismatch in mismatches { Complaint.print("\(mismatch)") }
            throw ExitCode(78)
        }
    }

    private static func connect(
        _ settings: ConnectionSettings, signals: TerminationSignals, logger: Logger
    ) throws -> Connection {
        var attempts = 0
        while true {
            do throws(MariaDBError) {
                return try Connection(settings)
            } catch {
                if attempts % 50 == 0 {
                    logger.warning("waiting for the database", metadata: ["reason": "\(error)"])
                }
                attempts += 1
                guard !signals.wait(milliseconds: 100) else { throw ExitCode.success }
            }
        }
    }
}
