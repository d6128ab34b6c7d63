import Cryptography
import Threading

/// Answers that wait for their time, which may be now, and are given by another thread.
///
/// That thread waits for no store.
final class HeldAnswers: Sendable {
    typealias Answer = @Sendable () -> Void

    private struct Waiting: Sendable {
        let due: MonotonicTime
        let isPunctual: Bool
        let answer: Answer
    }

    private struct Queue: Sendable {
        /// The one that is due first comes last.
        var waiting: [Waiting] = []
        var isClosed = false
    }

    private enum Step {
        case give(Answer)
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
    ///
    /// - Parameter isPunctual: Whether it is never given before its time.
    func hold(until due: MonotonicTime, isPunctual: Bool = false, _ answer: @escaping Answer) {
        _ = queue.change { queue in
            let place = queue.waiting.lastIndex { $0.due > due }.map { $0 + 1 } ?? 0
            queue.waiting.insert(
                Waiting(due: due, isPunctual: isPunctual, answer: answer), at: place)
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
                    if next.due <= .now { return queue.waiting.popLast().map { .give($0.answer) } }
                    if queue.waiting.count > Self.most,
                        let index = queue.waiting.lastIndex(where: { !$0.isPunctual })
                    {
                        return .give(queue.waiting.remove(at: index).answer)
                    }
                    return next.due == end ? nil : .waitLonger(next.due)
                }, unless: { $0.isClosed && $0.waiting.isEmpty })
            switch step {
            case .closed: return
            case .idle: end = MonotonicTime.now.advanced(milliseconds: Self.rest)
            case .taken(.waitLonger(let due)): end = due
            case .taken(.give(let answer)):
                activity.perform(answer)
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
