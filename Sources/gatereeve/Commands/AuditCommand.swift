import ArgumentParser
import Auth
import AuthStore
import JSON

/// `gatereeve audit`.
struct AuditCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "audit", abstract: "Show what happened to accounts.",
        discussion: """
            The newest events, the last one last, in UTC. `actor` is client for requests, else the \
            system account that ran a command. `request` is the id under which nginx logged it.

            Events: user_registered, user_created, email_verified, verification_resent, \
            user_activated, user_deactivated, user_deleted, login_succeeded, login_refused, \
            logged_out, refresh_token_rotated, refresh_token_reused, password_reset_requested, \
            password_reset_refused, password_reset, password_set, sessions_ended, mail_retried, \
            audit_purged.

            An account that is gone is found by its number: --user id:42.

            Example: gatereeve audit --user ada --since 7d
            """)

    @Option(help: ArgumentHelp("Only events of an account.", valueName: "user"))
    var user: String?

    @Option(help: ArgumentHelp("Only events of this name.", valueName: "event"))
    var event: String?

    @Option(
        help: ArgumentHelp(
            "Only events from a time on: 2026-01-31, 2026-01-31T08:00, or 90m, 12h, 7d ago.",
            valueName: "time"))
    var since: String?

    @Option(help: ArgumentHelp("Show at most this many.", valueName: "number"))
    var limit = 50

    @OptionGroup var options: SettingsOptions
    @OptionGroup var output: OutputOptions

    func validate() throws {
        guard limit > 0 else { throw ValidationError("--limit must be 1 or more.") }
        if let since, Instant(typed: since, now: .now) == nil {
            throw ValidationError(
                "--since takes 2026-01-31, 2026-01-31T08:00, or a time before now such as 12h.")
        }
    }

    func run() throws {
        try administering {
            let administration = try Administration(options)
            var query = AdministrationStore.AuditQuery()
            query.user = try user.map { try id(of: $0, administration) }
            query.event = event
            query.since = since.flatMap { Instant(typed: $0, now: .now) }
            query.limit = limit
            let events = try administration.store.auditEvents(query)
            output.print(.array(events.map(Self.json))) { Self.print(events) }
        }
    }

    /// The number of an account, also of one that is gone.
    private func id(of text: String, _ administration: Administration) throws -> UserID {
        if let reference = UserReference(text), let id = reference.id,
            try administration.store.matches(reference).isEmpty
        {
            return id
        }
        return try administration.user(text).id
    }

    private static func print(_ events: [AdministrationStore.AuditLine]) {
        var table = Table(["time", "event", "reason", "user", "actor", "address", "request"])
        for event in events {
            let user = event.user.map { id in
                "\(id.rawValue) \(event.username ?? "(gone)")"
            }
            table.add([
                event.occurred.clockText, event.event, event.reason, user, event.actor,
                event.remoteAddress, event.requestID,
            ])
        }
        table.print()
    }

    private static func json(_ event: AdministrationStore.AuditLine) -> JSONValue {
        .members(
            ("occurred_at", JSONValue(event.occurred)), ("event", .string(event.event)),
            ("reason", JSONValue(event.reason)),
            ("user_id", event.user.map { JSONValue($0.rawValue) } ?? .null),
            ("username", JSONValue(event.username)), ("actor", .string(event.actor)),
            ("remote_address", JSONValue(event.remoteAddress)),
            ("request_id", JSONValue(event.requestID)))
    }
}
