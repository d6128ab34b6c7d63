import ArgumentParser
import JSON
import Settings

/// `gatereeve doctor`.
struct DoctorCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "doctor", abstract: "Look at the running installation and say what is wrong.",
        discussion: """
            It looks at the settings, the files, the socket of the responder and whether that \
            answers, the database with its settings, accounts and schema, the clocks, the mail \
            server, the outbox, the purge timer, nginx and the certificate. It changes nothing, and \
            sends no mail. As root it sees most; what it cannot see it skips.

            Example: gatereeve doctor

            Exit codes: 0 all is well, 1 there are warnings, 2 something does not work, 64 wrong \
            command line, 78 faults in the settings.
            """)

    @OptionGroup var options: SettingsOptions
    @OptionGroup var output: OutputOptions

    func run() throws {
        let values = try options.load()
        var findings: [Finding] = []
        let looks: [(SettingValues) -> [Finding]] = [
            SettingsExamination.findings, FilesExamination.findings,
            DatabaseExamination.findings, ResponderExamination.findings,
            MailExamination.findings, WebServerExamination.findings,
            CertificateExamination.findings,
        ]
        for look in looks {
            let found = look(values)
            findings += found
            // Some looks take seconds: what is known is told at once.
            if !output.json { for line in found.flatMap(\.lines) { print(line) } }
        }
        output.print(.array(findings.map(\.json))) {}
        if findings.contains(where: { $0.level == .failure }) { throw ExitCode(2) }
        if findings.contains(where: { $0.level == .warning }) { throw ExitCode(1) }
    }
}
