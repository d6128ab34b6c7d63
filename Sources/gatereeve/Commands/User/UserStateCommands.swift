import ArgumentParser
import Auth
import AuthStore

/// `gatereeve user activate`.
struct UserActivateCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "activate", abstract: "Let an account log in.",
        discussion: """
            The address stays as verified or not as it was.

            Example: gatereeve user activate ada
            """)

    @OptionGroup var argument: UserArgument
    @OptionGroup var options: SettingsOptions
    @OptionGroup var output: OutputOptions

    func run() throws {
        try administering(argument, options) { administration, user in
            try administration.change(user, "activated", "is active", output) {
                try administration.store.activate(user.id, context: $0)
            }
        }
    }
}

/// `gatereeve user deactivate`.
struct UserDeactivateCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "deactivate", abstract: "Lock an account out, until it is activated.",
        discussion: """
            Ends its sessions and voids the links of its mails, so that an old verification mail \
            cannot make it active again. Access tokens that are out already stay good for the rest \
            of tokens.access_lifetime at services that only check the signature.

            Example: gatereeve user deactivate id:42
            """)

    @OptionGroup var argument: UserArgument
    @OptionGroup var options: SettingsOptions
    @OptionGroup var output: OutputOptions

    func run() throws {
        try administering(argument, options) { administration, user in
            let sentence = "is inactive; sessions are ended and links void"
            try administration.change(user, "deactivated", sentence, output) {
                try administration.store.deactivate(user.id, context: $0)
            }
        }
    }
}

/// `gatereeve user revoke-tokens`.
struct UserRevokeTokensCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "revoke-tokens", abstract: "End all sessions of an account.",
        discussion: """
            Every refresh token that was issued up to now is refused; the user can log in again. \
            Access tokens that are out already stay good for the rest of tokens.access_lifetime.

            Example: gatereeve user revoke-tokens ada@example.org
            """)

    @OptionGroup var argument: UserArgument
    @OptionGroup var options: SettingsOptions
    @OptionGroup var output: OutputOptions

    func run() throws {
        try administering(argument, options) { administration, user in
            try administration.change(user, "sessions_ended", "has no session any more", output) {
                try administration.store.endSessions(of: user.id, context: $0)
            }
        }
    }
}
