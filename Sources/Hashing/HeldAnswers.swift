import Cryptography
import Threading

/// Answers that wait for their time, which may be now, and are given by another thread.
///
/// That thread waits for no store.
final class HeldAnswers: Sendable {
    typealias Answer = @Sendable () -> Void

    private struct Waiting: Sendable {
        let due: MonotonicTime
        let accuracy: Accuracy
        let answer: Answer

        /// When the thread has to be awake.
        var waking: MonotonicTime {
            accuracy == .exact
                ? MonotonicTime(nanoseconds: due.nanoseconds - HeldAnswers.wakingTime) : due
        }

        func give() {
            // One that goes before its time, since too many wait, is not waited for.
            if accuracy == .exact,
                MonotonicTime.now.nanoseconds(to: due) <= HeldAnswers.wakingTime
            {
                while .now < due {}
            }
            answer()
        }
    }

    /// When an answer is given.
    enum Accuracy {
        /// Soon after its time, or before it when too many wait.
        case usual
        /// Soon after its time.
        case neverEarly
        /// At its time to some microseconds, or before it when too many wait.
        ///
        /// The thread is awake half a millisecond before.
        case exact
    }

    /// How long before an exact answer the thread wakes, in nanoseconds.
    ///
    /// The longer a processor slept, the later it wakes, by up to 0.25 ms.
    private static let wakingTime: UInt64 = 500_000

    private struct Queue: Sendable {
        /// The one that the thread has to be awake for first comes last.
        var waiting: [Waiting] = []
        var isClosed = false
    }

    private enum Step {
        case give(Waiting)
        case waitLonger(MonotonicTime)
    }

    /// How long the thread sleeps when nothing waits, in milliseconds.
    private static let rest = 3_600_000

    private let queue = LockedQueue<Queue>(Queue())

    /// How many wait.
    var count: Int { queue.read { $0.waiting.count } }

    /// The most that wait; beyond it the next one goes before its time: each keeps an exchange.
    private static let most = 1000

    /// Gives an answer later.
    func hold(
        until due: MonotonicTime, accuracy: Accuracy = .usual, _ answer: @escaping Answer
    ) {
        let waiting = Waiting(due: due, accuracy: accuracy, answer: answer)
        _ = queue.change { queue in
            let place =
                queue.waiting.lastIndex { $0.waking > waiting.waking }.map { $0 + 1 } ?? 0
            queue.waiting.insert(waiting, at: place)
            return true
        }
    }

    /// Gives answers when they are due, until it is closed and all are given.
    func run(activity: ThreadActivity = ThreadActivity()) {
        var end = MonotonicTime.now.advanced(milliseconds: Self.rest)
        while true {
            let step = queue.wait(
                until: end,
                for: { queue -> Step? in
                    guard let next = queue.waiting.last else { return nil }
                    if next.waking <= .now { return queue.waiting.popLast().map { .give($0) } }
                    if queue.waiting.count > Self.most,
                        let index = queue.waiting.lastIndex(where: { $0.accuracy != .neverEarly })
                    {
                        return .give(queue.waiting.remove(at: index))
                    }
                    return next.waking == end ? nil : .waitLonger(next.waking)
                }, unless: { $0.isClosed && $0.waiting.isEmpty })
            switch step {
            case .closed: return
            case .idle: end = MonotonicTime.now.advanced(milliseconds: Self.rest)
            case .taken(.waitLonger(let waking)): end = waking
            case .taken(.give(let waiting)):
                activity.perform { waiting.give() }
                SpentMemory.wipeStack()
                end = MonotonicTime.now.advanced(milliseconds: Self.rest)
            }
        }
    }

    /// Lets ``run()`` end.
    func close() {
        _ = queue.change { queue in
            queue.isClosed = true
            return true
        }
    }
}
