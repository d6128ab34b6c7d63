/// How long a purge waits between two batches.
///
/// At first it takes a fiftieth of the time, which requests do not notice. What is left then goes at
/// half of the time, so that what expires faster than that does not pile up.
public struct PurgePace: Sendable {
    /// How long it is gentle: most of the hour between two runs of the timer.
    private static let gentleTime = Duration.seconds(40 * 60)
    private static let shortestPause = Duration.milliseconds(10)
    /// However slow the database is just now.
    private static let longestPause = Duration.seconds(2)

    private let hurries: Bool

    /// - Parameter hurries: Whether it takes half of the time from the beginning.
    public init(hurries: Bool) {
        self.hurries = hurries
    }

    /// The wait after a batch.
    ///
    /// - Parameters:
    ///   - took: How long the batch took.
    ///   - elapsed: How long the purge has run.
    public func pause(after took: Duration, elapsed: Duration) -> Duration {
        let isGentle = !hurries && elapsed < Self.gentleTime
        return min(max(took * (isGentle ? 49 : 1), Self.shortestPause), Self.longestPause)
    }
}
