/// The queue of mails, shared by all mailers.
///
/// All times are seconds since 1970-01-01T00:00:00Z, all owners 16 bytes that a mailer chose at its
/// start. Each method is one statement or one transaction; every change of a leased mail holds only
/// while `owner` still has the lease, and says so in what it returns. A lease that has ended and that
/// nobody else took over is still had: compare `lease_owner`, not `lease_until`.
public protocol Outbox {
    /// Takes mails that are due, oldest first.
    ///
    /// A mail is due when it is queued, `next_attempt_at` is at or before `now`, and nobody holds
    /// a lease that ends after `now`. Two mailers never get the same mail. Attempts stay as they
    /// are.
    ///
    /// - Parameter until: When the lease ends unless ``begin(_:owner:now:until:)`` renews it.
    /// - Returns: At most `limit` mails.
    func lease(
        owner: [UInt8], now: Int64, until: Int64, limit: Int
    ) throws(OutboxError) -> [OutboxMail]

    /// Counts one attempt and renews the lease, just before the mail is sent.
    ///
    /// - Returns: `false` when the lease is lost: another mailer has this mail now, or had it, or it
    ///   is not queued any more.
    func begin(
        _ id: UInt64, owner: [UInt8], now: Int64, until: Int64
    ) throws(OutboxError) -> Bool

    /// Takes a mail out of the queue for good and ends the lease.
    ///
    /// - Parameter error: What goes into `last_error`, at most 500 characters.
    /// - Returns: `false` when the lease was lost.
    func finish(
        _ id: UInt64, owner: [UInt8], now: Int64, as end: MailEnd, error: String?
    ) throws(OutboxError) -> Bool

    /// Puts a mail back after an attempt and ends the lease.
    ///
    /// - Parameters:
    ///   - due: When the next attempt may be.
    ///   - counted: `false` takes the attempt of ``begin(_:owner:now:until:)`` off again: the
    ///     server never looked at this mail.
    /// - Returns: `false` when the lease was lost.
    func retry(
        _ id: UInt64, owner: [UInt8], due: Int64, counted: Bool, error: String
    ) throws(OutboxError) -> Bool

    /// Puts mails back that were leased and not begun.
    ///
    /// - Parameter due: When they may be leased again.
    func release(_ ids: [UInt64], owner: [UInt8], due: Int64) throws(OutboxError)

    /// Makes mails due that wait for another attempt; whoever has left the queue or is leased stays as it is.
    func hasten(_ ids: [UInt64], due: Int64) throws(OutboxError)
}

/// How a mail left the queue; the raw values are those of `mail_outbox.state`.
public enum MailEnd: String, Hashable, Sendable {
    /// A mail server has taken it.
    case sent
    /// It was of no use any more before it could be sent.
    case expired
    /// It cannot be sent.
    case abandoned
}

/// The queue cannot be reached now.
public struct OutboxError: Error, Hashable, Sendable {
    /// What the store says, for logs.
    public let reason: String

    /// - Parameter reason: A text without secrets.
    public init(reason: String) {
        self.reason = reason
    }
}
