import ArgumentParser
import Auth
import AuthStore

/// `gatereeve user resend-verification`.
struct UserResendVerificationCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "resend-verification",
        abstract: "Send the mail that verifies the address once more.",
        discussion: """
            The link of the mail before is void. Opening the new one makes the account active, also \
            one that was deactivated.

            Example: gatereeve user resend-verification ada
            """)

    @OptionGroup var argument: UserArgument
    @OptionGroup var options: SettingsOptions
    @OptionGroup var output: OutputOptions

    func run() throws {
        try administering(argument, options) { administration, user in
            let links = try VerificationLinks(administration.values)
            guard !user.isActive || user.emailVerified == nil else {
                Complaint.print("The address of this user is verified. Nothing was changed.")
                throw ExitCode.failure
            }
            let sentence = "gets a new mail; the link before is void"
            try administration.change(user, "verification_resent", sentence, output) {
                try administration.store.resendVerification(
                    to: user.id, token: links.make(at: $0.now), context: $0)
            }
        }
    }
}
