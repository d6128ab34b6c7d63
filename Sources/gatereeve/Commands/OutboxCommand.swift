import ArgumentParser
import Auth
import AuthStore
import JSON

/// `gatereeve outbox`.
struct OutboxCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "outbox", abstract: "Look at the mails that wait or failed, and try again.",
        discussion: """
            Mails stand in the database until `gatereeve mailer` has sent them. `queued` ones wait; \
            `abandoned` ones could not be sent; `expired` ones were of no use any more before they \
            could be sent. None holds its link.

            \(ExitCodes.text)
            """,
        subcommands: [
            OutboxListCommand.self, OutboxRetryCommand.self, OutboxCheckCommand.self,
        ])
}

/// `gatereeve outbox list`.
struct OutboxListCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "List mails, the newest first.",
        discussion: """
            `next` is when a waiting mail is tried again, or when another left the queue.

            Example: gatereeve outbox list --state abandoned
            """)

    @Option(
        help: ArgumentHelp(
            "Only those of a state: \(AdministrationStore.MailState.list).", valueName: "state"))
    var state: AdministrationStore.MailState?

    @Option(help: ArgumentHelp("Only those to a user.", valueName: "user"))
    var user: String?

    @Option(help: ArgumentHelp("Show at most this many.", valueName: "number"))
    var limit = 50

    @OptionGroup var options: SettingsOptions
    @OptionGroup var output: OutputOptions

    func validate() throws {
        guard limit > 0 else { throw ValidationError("--limit must be 1 or more.") }
    }

    func run() throws {
        try administering {
            let administration = try Administration(options)
            let user = try user.map { try administration.user($0).id }
            let mails = try administration.store.mails(in: state, of: user, limit: limit)
            output.print(.array(mails.map(Self.json))) { Self.print(mails) }
        }
    }

    private static func print(_ mails: [AdministrationStore.MailLine]) {
        var table = Table([
            "id", "kind", "user", "recipient", "state", "tries", "written", "next", "last error",
        ])
        for mail in mails {
            table.add([
                String(mail.id), mail.kind, String(mail.user.rawValue), mail.recipient,
                mail.state.rawValue, String(mail.attempts), mail.created.clockText,
                (mail.finished ?? mail.nextAttempt).clockText, mail.lastError,
            ])
        }
        table.print()
    }

    /// A mail for scripts.
    static func json(_ mail: AdministrationStore.MailLine) -> JSONValue {
        .members(
            ("id", JSONValue(mail.id)), ("kind", .string(mail.kind)),
            ("user_id", JSONValue(mail.user.rawValue)), ("recipient", .string(mail.recipient)),
            ("state", .string(mail.state.rawValue)), ("attempts", JSONValue(mail.attempts)),
            ("created_at", JSONValue(mail.created)),
            ("next_attempt_at", JSONValue(mail.nextAttempt)),
            ("finished_at", JSONValue(mail.finished)), ("expires_at", JSONValue(mail.expires)),
            ("last_error", JSONValue(mail.lastError)))
    }
}

extension AdministrationStore.MailState: ExpressibleByArgument {
    fileprivate static var list: String { allCases.map(\.rawValue).joined(separator: ", ") }
}

/// `gatereeve outbox retry`.
struct OutboxRetryCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "retry", abstract: "Try mails again that could not be sent.",
        discussion: """
            An abandoned mail is queued anew; one that waits is tried at once. A mail whose link has \
            ended cannot be sent: make another with `gatereeve user resend-verification`, or let \
            the user ask for another password reset.

            Example: gatereeve outbox retry --all-abandoned
            """)

    @Argument(help: "The number of a mail.")
    var id: UInt64?

    @Flag(help: "All abandoned ones whose links still work.")
    var allAbandoned = false

    @OptionGroup var options: SettingsOptions
    @OptionGroup var output: OutputOptions

    func validate() throws {
        guard (id != nil) != allAbandoned else {
            throw ValidationError("Name a mail by its number, or say --all-abandoned.")
        }
    }

    func run() throws {
        try administering {
            let administration = try Administration(options)
            guard let id else { return try retryAll(administration) }
            let refusal: String
            switch try administration.store.retryMail(id, context: administration.context) {
            case .queued:
                return output.print("Mail \(id) is queued.", .init("queued", JSONValue(1)))
            case .noSuchMail:
                Complaint.print("There is no mail \(id).")
                throw ExitCode.nothingFound
            case .sent: refusal = "has been sent"
            case .linkEnded: refusal = "has a link that has ended; see --help"
            }
            Complaint.print("Mail \(id) \(refusal). Nothing was changed.")
            throw ExitCode.failure
        }
    }

    private func retryAll(_ administration: Administration) throws {
        let (queued, linkEnded) = try administration.store.retryAbandonedMails(
            context: administration.context)
        let rest = linkEnded > 0 ? " \(linkEnded) more cannot be sent: their links have ended." : ""
        output.print(
            "\(queued) \(queued == 1 ? "mail is" : "mails are") queued.\(rest)",
            .init("queued", JSONValue(queued)), .init("link_ended", JSONValue(linkEnded)))
    }
}
