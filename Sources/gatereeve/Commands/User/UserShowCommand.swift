import ArgumentParser
import Auth
import AuthStore
import JSON

/// `gatereeve user show`.
struct UserShowCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "show", abstract: "Tell all about one account but its secrets.",
        discussion: """
            Links are those of mails that could still be opened. Of the password only the algorithm \
            is told.

            Example: gatereeve user show ada@example.org
            """)

    @OptionGroup var argument: UserArgument
    @OptionGroup var options: SettingsOptions
    @OptionGroup var output: OutputOptions

    func run() throws {
        try administering(argument, options) { administration, user in
            let now = Instant.now
            let links = try administration.store.openLinks(of: user.id, at: now)
            let mails = try administration.store.mails(in: nil, of: user.id, limit: 5)
            output.print(Self.json(user, links, mails)) {
                Self.print(user, links, mails, now: now)
            }
        }
    }

    private static func print(
        _ user: UserRecord, _ links: [AdministrationStore.OpenLink],
        _ mails: [AdministrationStore.MailLine], now: Instant
    ) {
        func text(_ moment: Instant?) -> String? { moment?.clockText(from: now) }
        var members: [(name: String, value: String?)] = [
            ("id", String(user.id.rawValue)), ("username", user.username), ("email", user.email),
            ("state", user.isActive ? "active" : "inactive"),
            ("verified", text(user.emailVerified)), ("registered", text(user.joined)),
            ("last login", text(user.lastLogin)), ("password", user.passwordForm.name),
            ("sessions ended", text(user.sessionsEnded)),
            ("session generation", String(user.sessionGeneration)),
        ]
        for field in user.customFields { members.append((field.field.name, field.value.text)) }
        for link in links {
            members.append(
                ("open link", "\(link.purpose), ends \(link.expires.clockText(from: now))"))
        }
        for mail in mails {
            let error = mail.lastError.map { ", \($0)" } ?? ""
            members.append(
                (
                    "mail",
                    "\(mail.id) \(mail.kind), \(mail.state.rawValue), written "
                        + "\(mail.created.clockText(from: now))\(error)"
                ))
        }
        Listing.print(members)
    }

    private static func json(
        _ user: UserRecord, _ links: [AdministrationStore.OpenLink],
        _ mails: [AdministrationStore.MailLine]
    ) -> JSONValue {
        .members(
            ("id", JSONValue(user.id.rawValue)), ("username", .string(user.username)),
            ("email", .string(user.email)), ("is_active", .boolean(user.isActive)),
            ("email_verified_at", JSONValue(user.emailVerified)),
            ("date_joined", JSONValue(user.joined)), ("last_login", JSONValue(user.lastLogin)),
            ("password", .string(user.passwordForm.name)),
            ("session_generation", JSONValue(user.sessionGeneration)),
            ("sessions_ended_at", JSONValue(user.sessionsEnded)),
            (
                "fields",
                .object(JSONObject(user.customFields.map { .init($0.field.name, $0.value.json) }))
            ),
            (
                "open_links",
                .array(
                    links.map {
                        .members(
                            ("purpose", .string($0.purpose)), ("created_at", JSONValue($0.created)),
                            ("expires_at", JSONValue($0.expires)))
                    })
            ), ("mails", .array(mails.map(OutboxListCommand.json))))
    }
}

extension CustomValue {
    /// For people; nil when there is none.
    fileprivate var text: String? {
        switch self {
        case .null: nil
        case .text(let text): text
        case .integer(let number): String(number)
        case .boolean(let flag): flag ? "yes" : "no"
        }
    }
}
