import AuthMail
import SMTP

/// A clock that a test moves; waiting moves it, too.
final class FakeClock: MailerClock {
    private(set) var milliseconds: Int64 = 0
    /// When waiting says that the mailer should end, in seconds.
    var stopAt: Int64 = .max

    func now() -> Int64 { milliseconds / 1000 }

    func wait(milliseconds pause: Int) -> Bool {
        milliseconds += Int64(pause)
        return now() >= stopAt
    }

    /// Lets time go by, or sets the clock back.
    func advance(seconds: Int64) { milliseconds += seconds * 1000 }
}

/// A mail server in memory.
final class FakeTransport: MailTransport {
    private(set) var sent: [MailMessage] = []
    private(set) var tried: [MailMessage] = []
    var attempts: Int { tried.count }
    /// What the server answers; `nil` takes the mail.
    var answer: (MailMessage) -> SMTPError? = { _ in nil }
    /// Whether a mail counts as taken although the answer is an error.
    var takesAnyway = false

    func send(_ message: MailMessage) throws(SMTPError) {
        tried.append(message)
        let error = answer(message)
        if error == nil || takesAnyway { sent.append(message) }
        if let error { throw error }
    }

    func disconnect() {}
}
