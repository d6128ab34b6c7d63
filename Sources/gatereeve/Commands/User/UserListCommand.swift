import ArgumentParser
import Auth
import AuthStore
import JSON

/// `gatereeve user list`.
struct UserListCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "List accounts.",
        discussion: """
            In the order of their numbers. `verified` tells whether the address was verified, which \
            an account that an administrator made active need not be.

            Example: gatereeve user list --inactive --search @example.org
            """)

    @Flag(
        exclusivity: .exclusive,
        help: ArgumentHelp("Only those who may log in, or only the others."))
    var state: State?

    @Option(
        help: ArgumentHelp("Only those whose name or address contains this.", valueName: "text"))
    var search: String?

    @Option(help: ArgumentHelp("Show at most this many.", valueName: "number"))
    var limit = 100

    @Option(
        help: ArgumentHelp(
            "Only those of a greater number, to go on after a list.", valueName: "id"))
    var after: UInt64 = 0

    @OptionGroup var options: SettingsOptions
    @OptionGroup var output: OutputOptions

    enum State: String, EnumerableFlag {
        case active, inactive
    }

    func validate() throws {
        guard limit > 0 else { throw ValidationError("--limit must be 1 or more.") }
    }

    func run() throws {
        try administering {
            var query = AdministrationStore.UserQuery()
            query.isActive = state.map { $0 == .active }
            query.search = search
            query.after = after
            query.limit = min(limit, Int(Int32.max)) + 1
            let found = try Administration(options).store.users(query)
            let users = found.prefix(limit)
            output.print(.array(users.map(Self.json))) { Self.print(Array(users)) }
            if found.count > limit, let last = users.last {
                Complaint.print("There are more: --after \(last.id.rawValue)")
            }
        }
    }

    private static func print(_ users: [AdministrationStore.UserLine]) {
        var table = Table(["id", "username", "email", "state", "verified", "registered"])
        for user in users {
            table.add([
                String(user.id.rawValue), user.username, user.email,
                user.isActive ? "active" : "inactive", user.isVerified ? "yes" : "no",
                user.joined.clockText,
            ])
        }
        table.print()
    }

    private static func json(_ user: AdministrationStore.UserLine) -> JSONValue {
        .members(
            ("id", JSONValue(user.id.rawValue)), ("username", .string(user.username)),
            ("email", .string(user.email)), ("is_active", .boolean(user.isActive)),
            ("is_verified", .boolean(user.isVerified)), ("date_joined", JSONValue(user.joined)))
    }
}
