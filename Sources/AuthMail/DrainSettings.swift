/// How the outbox is emptied.
///
/// All durations are in seconds unless a name says otherwise.
public struct DrainSettings: Hashable, Sendable {
    /// Pause between two looks into an empty outbox, in milliseconds.
    ///
    /// Default 1000.
    public var pollInterval: Int = 1000
    /// Pause when the outbox cannot be reached, in milliseconds.
    ///
    /// Default 5000.
    public var outboxPause: Int = 5000
    /// How many mails are leased at once.
    ///
    /// Default 20.
    public var batchSize: Int = 20
    /// How long a lease holds.
    ///
    /// Default 120; longer than two SMTP time limits, so that a lease never ends while its mail is
    /// being sent. The mail of a mailer that was killed waits this long.
    public var leaseDuration: Int64 = 120
    /// How often sending is tried before a mail is abandoned.
    ///
    /// Default 100. Attempts that a mail server never looked at do not count.
    public var maximumAttempts: Int = 100
    /// How often sending a mail is tried that the server refuses for good, while it takes nothing else.
    ///
    /// Default 30, which is well over an hour.
    public var maximumRefusals: Int = 30
    /// Pause before the second attempt.
    ///
    /// Default 15.
    public var firstRetryDelay: Int64 = 15
    /// Longest pause between two attempts, jitter included.
    ///
    /// Default 240: everything that is still valid leaves within five minutes of the return of a
    /// mail server.
    public var longestRetryDelay: Int64 = 240
    /// Pause after an attempt that may have succeeded, as when the connection ends before the reply,
    /// before the mail server is tested; at most, jitter included.
    ///
    /// Default 240: longer than most faults last, and no longer than ``longestRetryDelay``.
    public var doubtDelay: Int64 = 240
    /// Longest pause before a mail that may have been sent several times is sent again; the pause doubles
    /// each time.
    ///
    /// Default 14,400, four hours: it is met only by a mail at which a server hangs up that takes others,
    /// and where the server cannot be tested.
    public var longestDoubtDelay: Int64 = 14_400
    /// Pause after the first sign that the mail server is down.
    ///
    /// Default 2.
    public var firstOutageDelay: Int64 = 2
    /// Longest pause between two looks whether the mail server is back, jitter included.
    ///
    /// Default 60.
    public var longestOutageDelay: Int64 = 60

    /// The defaults.
    public init() {}
}
