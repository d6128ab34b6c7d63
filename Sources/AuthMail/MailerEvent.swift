import Auth
import SMTP

/// What the mailer did; for logs and counters.
///
/// No event holds a link or an address.
public enum MailerEvent: Hashable, Sendable {
    /// A mail server has taken the mail.
    case sent(id: UInt64, kind: MailKind, attempts: Int)
    /// An attempt failed; the mail waits until `due`, in seconds since 1970-01-01T00:00:00Z.
    case postponed(id: UInt64, kind: MailKind, error: SMTPError, due: Int64)
    /// The mail will not be sent: it is of no use any more.
    case expired(id: UInt64, kind: MailKind, reason: String)
    /// The mail will not be sent: it cannot be.
    case abandoned(id: UInt64, kind: MailKind, reason: String)
    /// Another mailer took the mail over; it may have been sent twice if `afterSending`.
    case leaseLost(id: UInt64, afterSending: Bool)
    /// The mail server is unwell; nothing is sent before `until`.
    case serverUnwell(error: SMTPError, until: Int64)
    /// The mail server takes mails again.
    case serverBack
    /// The mail server has taken a mail that tests it: mails that may have arrived are sent again.
    case testTaken
    /// The mail server does not take a mail that tests it: there is no such mailbox.
    case testRefused(SMTPError)
    /// The outbox cannot be read or written now.
    case outboxUnavailable(OutboxError)
}
