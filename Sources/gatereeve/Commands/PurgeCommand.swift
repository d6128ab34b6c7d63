import ArgumentParser
import Auth
import AuthStore
import Glibc
import JSON
import MariaDB
import Settings

/// `gatereeve purge`.
struct PurgeCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "purge", abstract: "Remove what has expired.",
        discussion: """
            Ended refresh tokens and links an hour after they expired; mails purge.mail_days after \
            they were sent or given up; attempts and audit events after purge.audit_days; accounts \
            that registered and were never verified after purge.unverified_days, if that is set. \
            Small transactions with pauses, so that no request waits: on a fast disk about a \
            million rows in 20 minutes. What is left after 40 minutes goes faster, as with --hurry. \
            A timer runs it every hour; it may run at any time, and be stopped at any time.

            Example: gatereeve purge --dry-run

            Exit codes: 0 done, 1 failed, 64 wrong command line, 78 faults in the settings.
            """)

    @Flag(help: "Count what would be removed, and remove nothing.")
    var dryRun = false

    @Flag(help: "Take half of the time of the database, not a tenth; requests notice it.")
    var hurry = false

    @OptionGroup var options: SettingsOptions
    @OptionGroup var output: OutputOptions

    func run() throws {
        let values = try options.load()
        let now = Instant.now
        let purge = Purge(
            ConnectionSettings(forAdministration: values),
            rule: PurgeRule(
                at: now, mailDays: values[PurgeKeys.mailDays],
                auditDays: values[PurgeKeys.auditDays],
                unverifiedDays: values[PurgeKeys.unverifiedDays]),
            pace: PurgePace(batchSize: values[PurgeKeys.batchSize], hurries: hurry),
            context: RequestContext(now: now, actor: Actor.name)
        ) { usleep(UInt32($0 / .microseconds(1))) }
        var counts: [(subject: Purge.Subject, count: Int)] = []
        for subject in Purge.Subject.allCases {
            do throws(MariaDBError) {
                counts.append(
                    (subject, dryRun ? try purge.count(subject) : try purge.remove(subject)))
            } catch {
                Complaint.print("\(subject.rawValue): \(error)\(Self.advice(subject, error))")
                throw ExitCode.failure
            }
        }
        let members = counts.map { count in
            JSONObject.Member(
                count.subject.rawValue.replacing(" ", with: "_"), JSONValue(count.count))
        }
        output.print(.object(JSONObject(members))) {
            let verb = dryRun ? "would remove" : "removed"
            for (subject, count) in counts { print("\(verb)  \(count)  \(subject.rawValue)") }
        }
    }

    private static func advice(_ subject: Purge.Subject, _ error: MariaDBError) -> String {
        guard subject == .unverifiedAccounts, error.code == .tableAccessDenied else { return "" }
        return
            " With purge.unverified_days set, the account of the timer needs the right to remove "
            + "users: GRANT DELETE ON gatereeve.users TO `gatereeve-worker`@localhost"
    }
}
