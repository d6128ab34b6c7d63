import ArgumentParser
import Glibc

/// The program: one binary for the service and for those who run it.
@main
struct Gatereeve: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "gatereeve",
        abstract: "User authentication behind nginx: registration, JWT login, password reset.",
        discussion: """
            Two processes make the service: `gatereeve serve` answers requests that nginx hands to \
            it over FastCGI, and `gatereeve mailer` sends the mails. Both need a database that \
            `gatereeve migrate` has prepared.

            Settings come from the environment, from systemd credentials, from a file, and from \
            defaults, in this order. `gatereeve config check` shows what is in force.
            """,
        version: Version.current,
        subcommands: [
            ServeCommand.self, MailerCommand.self, SetupCommand.self, MigrateCommand.self,
            ConfigCommand.self, UserCommand.self, ImportCommand.self, TokenCommand.self,
            OutboxCommand.self, AuditCommand.self, PurgeCommand.self, DoctorCommand.self,
            BenchHashCommand.self,
        ])

    /// Runs what was typed; a crash leaves no core dump (`setrlimit(2)`), which would hold secrets.
    static func main() {
        var none = rlimit(rlim_cur: 0, rlim_max: 0)
        setrlimit(__rlimit_resource_t(RLIMIT_CORE.rawValue), &none)
        main(nil)
    }
}

/// The version of the program.
enum Version {
    static let current = "1.0.0"

    /// The newest migration that this program needs; it must be applied before it serves.
    static let schema = 11
}
