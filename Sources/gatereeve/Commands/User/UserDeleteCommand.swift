import ArgumentParser
import Auth
import AuthStore

/// `gatereeve user delete`.
struct UserDeleteCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "delete", abstract: "Remove an account for good.",
        discussion: """
            With it go its links and mails; the audit trail stays, under its number. Name and \
            address are free again. To lock somebody out, rather use `deactivate`.

            It asks first; --yes answers, and is needed where no terminal is.

            Example: gatereeve user delete ada
            """)

    @OptionGroup var argument: UserArgument

    @Flag(help: "Do not ask.")
    var yes = false

    @OptionGroup var options: SettingsOptions
    @OptionGroup var output: OutputOptions

    func run() throws {
        try administering(argument, options) { administration, user in
            try Prompt.confirm(
                "Delete user \(user.id.rawValue), \(user.username), \(user.email), for good?",
                isConfirmed: yes)
            try administration.change(user, "deleted", "was deleted", output) {
                try administration.store.delete(user.id, context: $0)
            }
        }
    }
}
