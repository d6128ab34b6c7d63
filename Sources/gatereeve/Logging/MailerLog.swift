import Auth
import AuthMail
import Logging

/// What the mailer did, in the log: never an address or a link.
enum MailerLog {
    static func write(_ event: MailerEvent, to logger: Logger) {
        switch event {
        case .sent(let id, let kind, let attempts):
            logger.info(
                "mail sent",
                metadata: ["mail": "\(id)", "kind": "\(kind.rawValue)", "attempts": "\(attempts)"])
        case .postponed(let id, let kind, let error, let due):
            logger.warning(
                "mail postponed",
                metadata: [
                    "mail": "\(id)", "kind": "\(kind.rawValue)", "reason": "\(error)",
                    "due": "\(due)",
                ])
        case .expired(let id, let kind, let reason):
            logger.notice(
                "mail expired",
                metadata: ["mail": "\(id)", "kind": "\(kind.rawValue)", "reason": "\(reason)"])
        case .abandoned(let id, let kind, let reason):
            logger.error(
                "mail abandoned",
                metadata: ["mail": "\(id)", "kind": "\(kind.rawValue)", "reason": "\(reason)"])
        case .leaseLost(let id, let afterSending):
            logger.warning(
                "mail taken over by another mailer",
                metadata: ["mail": "\(id)", "may_be_doubled": "\(afterSending)"])
        case .serverUnwell(let error, let until):
            logger.warning(
                "mail server unwell", metadata: ["reason": "\(error)", "until": "\(until)"])
        case .serverBack: logger.notice("mail server back")
        case .testTaken: logger.notice("test mail taken by the mail server")
        case .testRefused(let error):
            logger.warning(
                "test mail refused by the mail server",
                metadata: ["reason": "\(error)"])
        case .outboxUnavailable(let error):
            logger.warning("outbox unavailable", metadata: ["reason": "\(error.reason)"])
        }
    }
}
