/// How the outbox stands.
public struct OutboxBacklog: Sendable {
    /// How many mails wait.
    public var queued: Int64
    /// How long the oldest of them has waited, in seconds; 0 when none does.
    public var oldestAge: Int64
    /// How many of them should have left long ago, see ``OutboxRule``.
    public var overdue: Int64
    /// How many were sent within ``OutboxRule/window``.
    public var recentlySent: Int64
    /// How many lost their use within that time before they could be sent.
    public var recentlyExpired: Int64
    /// How many were given up within that time.
    public var recentlyAbandoned: Int64

    /// A backlog of its parts.
    public init(
        queued: Int64 = 0, oldestAge: Int64 = 0, overdue: Int64 = 0, recentlySent: Int64 = 0,
        recentlyExpired: Int64 = 0, recentlyAbandoned: Int64 = 0
    ) {
        self.queued = queued
        self.oldestAge = oldestAge
        self.overdue = overdue
        self.recentlySent = recentlySent
        self.recentlyExpired = recentlyExpired
        self.recentlyAbandoned = recentlyAbandoned
    }
}

/// When somebody should look at the outbox.
///
/// A mail server that puts off one address again and again, or refuses one that does not exist, is
/// everyday life: whoever registers can mistype. What counts is whether mails leave.
public struct OutboxRule: Hashable, Sendable {
    /// How long a mail may wait, in seconds.
    ///
    /// A mail is overdue when it waits longer and no mail server has looked at it yet, or it is not
    /// tried again when its time has come, or no mail at all has left meanwhile.
    public let patience: Int64

    /// How far back is "recently", in seconds.
    public static let window: Int64 = 3600
    /// What the metrics and the timer use: 15 minutes.
    public static let standard = OutboxRule(patience: 900)

    /// - Parameter patience: How long a mail may wait, in seconds.
    public init(patience: Int64) {
        self.patience = patience
    }

    /// What is wrong with the outbox.
    public enum Alarm: Hashable, Sendable {
        /// So many mails should have left.
        case overdue(Int64)
        /// More mails were given up than sent.
        case abandoned(Int64)
    }

    /// Judges a backlog that was read by this rule.
    public func alarms(_ backlog: OutboxBacklog) -> [Alarm] {
        var alarms: [Alarm] = []
        if backlog.overdue > 0 { alarms.append(.overdue(backlog.overdue)) }
        if backlog.recentlyAbandoned > backlog.recentlySent {
            alarms.append(.abandoned(backlog.recentlyAbandoned))
        }
        return alarms
    }
}
