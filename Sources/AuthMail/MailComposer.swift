import Auth
import SMTP

/// Makes the mail for a row of the outbox.
public struct MailComposer {
    private let templates: MailTemplates
    private let sender: MailAddress
    private let senderName: String
    private let serviceName: String
    private let makeLink: (OutboxMail) -> String?

    /// Prepares everything that all mails share.
    ///
    /// - Parameters:
    ///   - sender: The address in `From`; its domain stands in every Message-ID.
    ///   - senderName: The name in `From`.
    ///   - serviceName: What `{{service_name}}` shows.
    ///   - makeLink: Derives the link from the token of a mail when it is sent, or `nil` when no
    ///     key fits.
    public init(
        templates: MailTemplates, sender: MailAddress, senderName: String, serviceName: String,
        makeLink: @escaping (OutboxMail) -> String?
    ) {
        self.templates = templates
        self.sender = sender
        self.senderName = senderName
        self.serviceName = serviceName
        self.makeLink = makeLink
    }

    /// Makes the mail.
    ///
    /// Every attempt at the same row gives the same Message-ID.
    ///
    /// - Parameter now: Seconds since 1970-01-01T00:00:00Z.
    /// - Throws: Why this row can never become a mail.
    func compose(_ mail: OutboxMail, now: Int64) throws(CompositionFault) -> MailMessage {
        let link = mail.kind.linkPurpose == nil ? "" : makeLink(mail)
        guard let link else { throw .noKeyForLink }
        let values = MailValues(
            serviceName: serviceName, username: mail.username, recipient: mail.recipient,
            link: link, validFor: MailValues.duration(mail.expiresAt - now))
        let rendered: RenderedMail
        do {
            rendered = try templates.render(mail.kind, values)
        } catch {
            throw .subject
        }
        do {
            return try MailMessage(
                sender: sender, senderName: senderName, recipient: MailAddress(mail.recipient),
                subject: rendered.subject, text: rendered.text, html: rendered.html,
                messageID: "\(Self.hexadecimal(mail.messageID))@\(sender.domain)", date: now,
                extraHeaders: [Self.automatic])
        } catch {
            throw .mail(error)
        }
    }

    /// Where mails go that test the mail server: the sender's own address, and, since that of a sender who
    /// reads no mail may not exist, the one that every domain must have (RFC 5321 §4.5.1).
    var testRecipients: [MailAddress] {
        [sender] + ((try? MailAddress("postmaster@\(sender.domain)")).map { [$0] } ?? [])
    }

    /// Makes a mail that tests whether a mail server takes mails.
    ///
    /// - Parameters:
    ///   - recipient: One of ``testRecipients``.
    ///   - now: Seconds since 1970-01-01T00:00:00Z.
    /// - Throws: Why there can be none.
    func composeTest(to recipient: MailAddress, now: Int64) throws(MailFault) -> MailMessage {
        let paragraphs = [
            """
            The mail server did not say whether it took a mail that \(serviceName) handed it. Before \
            that mail is sent again, this one finds out whether the server takes mails.
            """,
            "Nothing needs to be done. If many of these arrive, the mail server needs a look.",
        ]
        let random = (0..<16).map { _ in UInt8.random(in: .min ... .max) }
        return try MailMessage(
            sender: sender, senderName: senderName, recipient: recipient,
            subject: "\(serviceName) tests the mail server",
            text: paragraphs.joined(separator: "\n\n") + "\n",
            html: paragraphs.map { "<p>\(MarkupEscaping().escapeText($0))</p>\n" }.joined(),
            messageID: "\(Self.hexadecimal(random))@\(sender.domain)",
            date: now, extraHeaders: [Self.automatic])
    }

    /// RFC 3834 §5: keeps holiday notices from answering.
    private static let automatic = MailMessage.Header(
        name: "Auto-Submitted", value: "auto-generated")

    private static func hexadecimal(_ bytes: [UInt8]) -> String {
        bytes.map { $0 < 16 ? "0\(String($0, radix: 16))" : String($0, radix: 16) }.joined()
    }
}

/// Why a row of the outbox can never become a mail.
enum CompositionFault: Error, Hashable, Sendable, CustomStringConvertible {
    case noKeyForLink
    case subject
    case mail(MailFault)

    var description: String {
        switch self {
        case .noKeyForLink: "no key fits its link"
        case .subject: "the subject is not one line"
        case .mail(let fault): "it cannot be written: \(fault)"
        }
    }
}
