/// Why a mail was not delivered to the mail server.
///
/// No case holds credentials, a recipient or a part of the mail: every text may be logged and
/// stored.
public enum SMTPError: Error, Hashable, Sendable {
    /// The server takes no mail at all right now: not reached, no TLS, login refused, sender
    /// refused, shutting down. It says nothing about this mail.
    case unavailable(SMTPFailure)
    /// The server, or the way to it, failed while it handled this mail; another try may succeed.
    case transient(SMTPFailure)
    /// The server refused this mail for good, a 5xx reply to its recipient or its content; perhaps it
    /// refuses all.
    case permanent(SMTPFailure)
    /// The content was on its way when the connection ended: the mail may have been taken.
    case outcomeUnknown(SMTPFailure)

    /// What happened.
    public var failure: SMTPFailure {
        switch self {
        case .unavailable(let failure), .transient(let failure), .permanent(let failure),
            .outcomeUnknown(let failure):
            failure
        }
    }
}

extension SMTPError: CustomStringConvertible {
    /// A text for logs.
    public var description: String { failure.description }
}

/// Where and how a conversation with the mail server failed.
public struct SMTPFailure: Hashable, Sendable {
    /// What had been asked last.
    public let stage: SMTPStage
    /// How it failed.
    public let cause: Cause
    /// The last reply, when it is what failed.
    public let reply: SMTPReply?

    /// The ways to fail.
    public enum Cause: String, Hashable, Sendable {
        /// The reply said no.
        case refused = "refused"
        /// The name of the server has no address.
        case nameNotFound = "server name not found"
        /// No connection could be made.
        case notReached = "no connection"
        /// The connection ended too early.
        case dropped = "connection lost"
        /// The time was up.
        case timedOut = "timed out"
        /// TLS failed: none offered, or the certificate is not trusted.
        case notTrusted = "TLS failed"
        /// libcurl failed in another way.
        case other = "failed"
    }
}

extension SMTPFailure: CustomStringConvertible {
    /// A text for logs, for example `refused at RCPT: 550 5.1.1`.
    public var description: String {
        let place = "\(cause.rawValue) at \(stage.rawValue)"
        return reply.map { "\(place): \($0)" } ?? place
    }
}

/// The part of the conversation (RFC 5321 §4.1) that something happened in.
public enum SMTPStage: String, Hashable, Sendable {
    /// Before the server said a word.
    case connect = "connect"
    /// The server's greeting and EHLO.
    case greeting = "greeting"
    /// STARTTLS.
    case encryption = "STARTTLS"
    /// AUTH and what follows it.
    case login = "AUTH"
    /// MAIL FROM.
    case sender = "MAIL"
    /// RCPT TO.
    case recipient = "RCPT"
    /// The DATA command.
    case data = "DATA"
    /// The content, up to the reply to its final dot.
    case content = "content"
}

/// A reply of a mail server, its free text left out: a server may quote the mail in it.
public struct SMTPReply: Hashable, Sendable {
    /// The reply code (RFC 5321 §4.2), 200 to 599.
    public let code: Int
    /// The enhanced status code (RFC 3463), for example `5.1.1`.
    public let enhanced: String?

    /// Whether it says that the recipient has no mailbox, or one that takes nothing.
    ///
    /// Class 5 with the subjects 1 and 2 (RFC 3463 §3.2, §3.3) but 5.1.7 and 5.1.8, which are about the
    /// sender. Whatever else is refused may be the fault of the server.
    public var isAboutRecipient: Bool {
        guard let enhanced, code >= 500 else { return false }
        let parts = enhanced.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count == 3, parts[0] == "5" else { return false }
        return parts[1] == "2" || parts[1] == "1" && parts[2] != "7" && parts[2] != "8"
    }
}

extension SMTPReply: CustomStringConvertible {
    /// For example `550 5.1.1`.
    public var description: String { enhanced.map { "\(code) \($0)" } ?? "\(code)" }
}
