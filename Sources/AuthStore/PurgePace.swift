/// How many rows a purge removes at a time, and how long it waits before the next ones.
///
/// At first it is gentle: a few rows in a tenth of the time. Requests do not notice that, since none ever
/// waits for longer than the few rows take. What is left after a while goes at half of the time in large
/// pieces, so that what expires faster does not pile up.
public struct PurgePace: Sendable {
    /// How long it is gentle: most of the hour between two runs of the timer.
    private static let gentleTime = Duration.seconds(40 * 60)
    private static let gentleBatch = 5
    private static let shortestPause = Duration.milliseconds(1)
    /// However slow the database is just now.
    private static let longestPause = Duration.seconds(1)

    private let largestBatch: Int
    private let hurries: Bool

    /// - Parameters:
    ///   - batchSize: The most rows of one transaction.
    ///   - hurries: Whether it takes half of the time from the beginning.
    public init(batchSize: Int, hurries: Bool) {
        largestBatch = batchSize
        self.hurries = hurries
    }

    /// How many rows the next transaction may remove.
    ///
    /// - Parameter elapsed: How long the purge has run.
    public func batchSize(elapsed: Duration) -> Int {
        isGentle(elapsed) ? min(Self.gentleBatch, largestBatch) : largestBatch
    }

    /// The wait after a transaction.
    ///
    /// - Parameters:
    ///   - took: How long it took.
    ///   - elapsed: How long the purge has run.
    public func pause(after took: Duration, elapsed: Duration) -> Duration {
        min(max(took * (isGentle(elapsed) ? 9 : 1), Self.shortestPause), Self.longestPause)
    }

    private func isGentle(_ elapsed: Duration) -> Bool {
        !hurries && elapsed < Self.gentleTime
    }
}
