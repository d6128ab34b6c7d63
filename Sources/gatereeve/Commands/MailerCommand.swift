import ArgumentParser
import Auth
import AuthMail
import AuthStore
import Cryptography
import Logging
import MariaDB
import SMTP
import Settings
import Threading

/// `gatereeve mailer`.
struct MailerCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "mailer",
        abstract: "Send the mails that wait in the outbox.",
        discussion: """
            Runs until SIGTERM or SIGINT. Any number may run; each mail is sent by one. Killed at \
            any moment it loses nothing and sends at most one mail twice.
            """)

    @OptionGroup var options: SettingsOptions

    func run() throws {
        let signals = TerminationSignals()
        try ServiceStart.run(signals) { try send(signals) }
    }

    private func send(_ signals: TerminationSignals) throws {
        let values = try options.load()
        let logger = Logger(values)
        let database = ConnectionSettings(values)
        let smtp = try SMTPSettings(values)
        let templates: MailTemplates
        do {
            templates = try MailTemplates(
                shipped: "\(values[PathKeys.share])/templates/mail",
                override: values.templateDirectory("mail"))
        } catch {
            Complaint.print("The mailer cannot start: \(error)")
            throw ExitCode(78)
        }
        let sender: MailAddress
        do throws(MailFault) {
            sender = try MailAddress(values[MailKeys.from])
        } catch {
            Complaint.print("mail.from: \(error)")
            throw ExitCode(78)
        }
        try DatabaseReadiness.await(database, fields: [], signals: signals, logger: logger)

        let links = try LinkMaker(values)
        let stop = StopSignal()
        let thread = OwnedThread(name: "mailer") {
            var settings = DrainSettings()
            settings.pollInterval = values[MailKeys.pollInterval]
            let composer = MailComposer(
                templates: templates, sender: sender,
                senderName: values[PublicSettings.serviceName],
                serviceName: values[PublicSettings.serviceName], makeLink: links.link)
            let drain = OutboxDrain(
                outbox: MariaDBOutbox(database), transport: SMTPClient(smtp), composer: composer,
                settings: settings, owner: SystemRandom().bytes(count: 16),
                clock: SystemMailerClock(stop: stop),
                report: { MailerLog.write($0, to: logger) })
            drain.run()
        }
        let manager = ServiceManager()
        manager.tell(.ready)
        logger.notice("mailing")
        signals.wait()
        manager.tell(.stopping)
        stop.raise()
        thread.join()
        logger.notice("stopped")
    }
}

/// The clock of the system, and a wait that ends with the program.
private struct SystemMailerClock: MailerClock {
    let stop: StopSignal
    let manager = ServiceManager()

    func now() -> Int64 { Instant.now.unixSeconds }

    /// Called between any two mails, hence also the sign that the mailer moves.
    func wait(milliseconds: Int) -> Bool {
        manager.tell(.watchdog)
        return stop.wait(milliseconds: CInt(clamping: milliseconds))
    }
}
