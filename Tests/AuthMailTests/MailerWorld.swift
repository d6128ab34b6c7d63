import Auth

@testable import AuthMail
@testable import SMTP

/// A mailer in a world of its own.
final class MailerWorld {
    let outbox: FakeOutbox
    let transport = FakeTransport()
    let clock = FakeClock()
    private(set) var events: [MailerEvent] = []
    var link: String? = "https://example.org/?token=secret"

    init(_ mails: [OutboxMail]) { outbox = FakeOutbox(mails) }

    func mailer(
        owner: UInt8 = 1, transport: (any MailTransport)? = nil,
        settings: DrainSettings = DrainSettings()
    ) throws -> OutboxDrain {
        let composer = try MailComposer(
            templates: MailTemplates(shipped: shippedMailTemplates),
            sender: MailAddress("noreply@example.org"), senderName: "Service",
            serviceName: "Service", makeLink: { [self] _ in link })
        return OutboxDrain(
            outbox: outbox, transport: transport ?? self.transport, composer: composer,
            settings: settings, owner: Array(repeating: owner, count: 16), clock: clock,
            report: { [self] event in events.append(event) })
    }

    /// What the mail server took of one mail.
    func copies(_ id: UInt64) -> [MailMessage] {
        transport.sent.filter { $0.recipient.ascii == "ada\(id)@example.org" }
    }

    /// The mails that tested the mail server, taken or not.
    var tests: [MailMessage] { transport.tried.filter(Self.isTest) }

    /// What the mail server took of all others.
    var mails: [MailMessage] { transport.sent.filter { !Self.isTest($0) } }

    private static func isTest(_ mail: MailMessage) -> Bool {
        mail.recipient.ascii == "noreply@example.org"
    }
}

extension SMTPError {
    static let refusedForNow = SMTPError(
        stage: .recipient, reply: SMTPReply(code: 451, enhanced: "4.3.0"), cause: .refused)
    static let refusedForGood = SMTPError(
        stage: .recipient, reply: SMTPReply(code: 550, enhanced: "5.1.1"), cause: .refused)
    static let refusedByPolicy = SMTPError(
        stage: .recipient, reply: SMTPReply(code: 554, enhanced: "5.7.1"), cause: .refused)
    static let away = SMTPError(stage: .connect, reply: nil, cause: .notReached)
    static let lost = SMTPError(stage: .content, reply: nil, cause: .dropped)
}
