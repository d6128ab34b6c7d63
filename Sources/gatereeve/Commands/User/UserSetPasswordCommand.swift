import ArgumentParser
import Auth
import AuthAPI
import AuthStore
import Settings

/// `gatereeve user set-password`.
struct UserSetPasswordCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "set-password", abstract: "Set the password of an account.",
        discussion: """
            The password is asked for at the terminal, or is the first line of standard input. All \
            sessions end, links of password-reset mails are void, and the user is told by mail \
            (mail.password_changed_notice). Better let the user reset it: then nobody else knows it.

            Example: gatereeve user set-password ada
            """)

    @OptionGroup var argument: UserArgument
    @OptionGroup var options: SettingsOptions
    @OptionGroup var output: OutputOptions

    func run() throws {
        try administering(argument, options) { administration, user in
            let password = try Prompt.newPassword()
            let faults = try PasswordRule(administration.values).faults(
                of: password, username: user.username, email: user.email)
            guard faults.isEmpty else {
                for fault in faults { Complaint.print("password: \(fault.sentence)") }
                throw ExitCode.failure
            }
            let hash = try PasswordHasher(administration.values).hash(of: .make(password))
            let sentence = "has a new password; sessions are ended"
            let sendsNotice = administration.values[MailKeys.passwordChangedNotice]
            try administration.change(user, "password_set", sentence, output) {
                try administration.store.setPassword(
                    of: user.id, hash: hash,
                    notice: sendsNotice ? PasswordChangedNotice(at: $0.now) : nil, context: $0)
            }
        }
    }
}
