import SMTP

/// The way out for mails; one thread uses it.
public protocol MailTransport: AnyObject {
    /// Hands over one mail; a return means that the mail server has taken responsibility for it.
    func send(_ message: MailMessage) throws(SMTPError)

    /// Ends a kept connection: no mail follows for now.
    func disconnect()
}

extension SMTPClient: MailTransport {}
