import Synchronization
import Threading

/// Since when a thread has been at work; the watchdog looks at it.
final class ThreadActivity: Sendable {
    /// A thread that is at work for longer is stuck, in seconds.
    ///
    /// Much longer than any hash takes that may be asked for.
    static let limit: UInt64 = 120

    /// In nanoseconds of the monotonic clock; 0 when it waits for work.
    private let since = Atomic<UInt64>(0)

    func perform(_ work: () -> Void) {
        since.store(MonotonicTime.now.nanoseconds, ordering: .relaxed)
        work()
        since.store(0, ordering: .relaxed)
    }

    func moves(at now: MonotonicTime) -> Bool {
        let since = since.load(ordering: .relaxed)
        return since == 0
            || MonotonicTime(nanoseconds: since).nanoseconds(to: now) < Self.limit * 1_000_000_000
    }
}
