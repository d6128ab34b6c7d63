import ArgumentParser
import Auth
import AuthStore
import Glibc
import JSON
import Logging
import MariaDB

/// `gatereeve outbox check`.
struct OutboxCheckCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check", abstract: "Tell whether mails leave, for a timer or a monitor.",
        discussion: """
            Says that mails do not leave when one waits longer than it may and no mail server has \
            looked at it, or nobody tries it again, or no mail at all has left meanwhile; and when \
            more mails were given up within the last hour than sent. One address that a mail server \
            does not want is no alarm.

            gatereeve-outbox-watch.timer runs it every 5 minutes: a failed \
            gatereeve-outbox-watch.service means that mails do not leave.

            Exit codes: 0 mails leave, 1 the database cannot be asked, 2 mails do not leave, 64 \
            wrong command line, 78 faults in the settings.
            """)

    @Option(
        help: ArgumentHelp("How long a mail may wait, in seconds.", valueName: "seconds"))
    var patience = OutboxRule.standard.patience

    @OptionGroup var options: SettingsOptions
    @OptionGroup var output: OutputOptions

    func validate() throws {
        guard (1...604_800).contains(patience) else {
            throw ValidationError("--patience must be 1 to 604800 seconds.")
        }
    }

    func run() throws {
        let rule = OutboxRule(patience: patience)
        try administering {
            let store = try Administration(options).store
            let (backlog, lastError) = try Self.patiently {
                () throws(MariaDBError) in try store.outboxBacklog(by: rule, at: .now)
            }
            let alarms = rule.alarms(backlog)
            output.print(Self.json(backlog, isWell: alarms.isEmpty)) {
                if alarms.isEmpty { print("Mails leave. \(backlog.queued) wait.") }
            }
            guard !alarms.isEmpty else { return }
            for alarm in alarms {
                Complaint.print(
                    Self.sentence(alarm, backlog, lastError: lastError), priority: .error)
            }
            throw ExitCode(2)
        }
    }

    /// A database that is just being restarted is no reason for an alarm: tries for ten seconds.
    private static func patiently<Result>(
        _ ask: () throws(MariaDBError) -> Result
    ) throws(MariaDBError) -> Result {
        for _ in 0..<9 {
            do throws(MariaDBError) {
                return try ask()
            } catch {
                guard error.isUnavailability || error.isConnectionLost else { throw error }
                sleep(1)
            }
        }
        return try ask()
    }

    private static func sentence(
        _ alarm: OutboxRule.Alarm, _ backlog: OutboxBacklog, lastError: String?
    ) -> String {
        let last = lastError.map { " The last error: \($0.withoutControls)." } ?? ""
        let mend =
            switch alarm {
            case .overdue:
                "Does gatereeve-mailer.service run? Does the mail server answer (gatereeve doctor)? "
                    + "Why mails fail: gatereeve outbox list --state queued."
            case .abandoned:
                "See gatereeve outbox list --state abandoned; when the cause is mended, gatereeve "
                    + "outbox retry --all-abandoned."
            }
        return "\(alarm.fact(backlog)).\(last) \(mend)"
    }

    private static func json(_ backlog: OutboxBacklog, isWell: Bool) -> JSONValue {
        .members(
            ("well", .boolean(isWell)), ("queued", JSONValue(backlog.queued)),
            ("oldest_seconds", JSONValue(backlog.oldestAge)),
            ("overdue", JSONValue(backlog.overdue)),
            ("sent_within_hour", JSONValue(backlog.recentlySent)),
            ("expired_within_hour", JSONValue(backlog.recentlyExpired)),
            ("abandoned_within_hour", JSONValue(backlog.recentlyAbandoned)))
    }
}

extension OutboxRule.Alarm {
    /// What is wrong, in words without a full stop.
    func fact(_ backlog: OutboxBacklog) -> String {
        switch self {
        case .overdue(let count):
            let mails = count == 1 ? "1 mail does" : "\(count) mails do"
            return
                "\(mails) not leave; the oldest waits for \(backlog.oldestAge / 60) minutes"
        case .abandoned(let count):
            let mails = count == 1 ? "1 mail was" : "\(count) mails were"
            return
                "\(mails) given up within an hour, more than the \(backlog.recentlySent) that were "
                + "sent"
        }
    }
}
