import ArgumentParser

/// `gatereeve user`.
struct UserCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "user", abstract: "Look at accounts and change them.",
        discussion: """
            A user is named by name, address or number: ada, ada@example.org, 42. Where one text \
            could mean several users, write name:ada, email:ada@example.org or id:42.

            Every change is written into the audit trail under your own system account; see \
            `gatereeve audit`.

            \(ExitCodes.text)
            """,
        subcommands: [
            UserListCommand.self, UserShowCommand.self, UserCreateCommand.self,
            UserActivateCommand.self, UserDeactivateCommand.self, UserSetPasswordCommand.self,
            UserRevokeTokensCommand.self, UserResendVerificationCommand.self,
            UserDeleteCommand.self,
        ])
}

/// What the commands of administrators return.
enum ExitCodes {
    static let text = """
        Exit codes: 0 done, 1 failed or refused, 2 no such user or mail, 64 wrong command \
        line, 78 faults in the settings.
        """
}

/// The user that a command is about.
struct UserArgument: ParsableArguments {
    @Argument(help: "Name, address or number.")
    var user: String
}
