/// The time and the patience of a mailer; a test has its own.
public protocol MailerClock {
    /// Seconds since 1970-01-01T00:00:00Z.
    func now() -> Int64

    /// Sleeps, at most this long.
    ///
    /// - Returns: `true` when the mailer should end; then it returns at once, now and from then on.
    func wait(milliseconds: Int) -> Bool
}
