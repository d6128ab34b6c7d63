import Auth
import AuthAPI
import Cryptography
import Threading

/// Requests whose password is hashed, and which wait for a thread with a store.
///
/// When stores are slow, each thread is held up by the request that it has. Who waits longer than it
/// may is refused then by another thread, and what is left to do for it comes after all others.
final class AnsweringQueue: Sendable {
    private struct Waiting: Sendable {
        let request: any PasswordRequest
        let result: PasswordWorkResult
        /// When any other answer than success may be given.
        let refusalDue: MonotonicTime
        /// When its patience ends.
        let end: MonotonicTime

        var takeBack: TakeBack? { AnsweringQueue.takeBack(request, after: result) }
    }

    private typealias TakeBack = @Sendable (any Store) -> Void

    private enum Step: Sendable {
        case finish(Waiting)
        case takeBack(TakeBack)
    }

    private struct Queue: Sendable {
        var waiting: [Waiting] = []
        var takeBacks: [TakeBack] = []
        var busyThreads = 0
        /// One thread at a time takes back: many that judge one account would end each other in deadlocks.
        var isTakingBack = false
        /// Whether somebody will look for those that wait too long.
        var isWatched = false
        var isClosed = false
        /// Until when something is taken back; for ever until it is closed.
        var end: MonotonicTime?

        mutating func takeFirst() -> Step? {
            if !waiting.isEmpty { return .finish(waiting.removeFirst()) }
            if let end, end < .now { takeBacks.removeAll() }
            guard !takeBacks.isEmpty, !isTakingBack else { return nil }
            isTakingBack = true
            return .takeBack(takeBacks.removeFirst())
        }

        mutating func append(_ takeBack: TakeBack?) {
            if let takeBack, takeBacks.count < AnsweringQueue.mostTakeBacks {
                takeBacks.append(takeBack)
            }
        }
    }

    /// How long a request waits at least, in milliseconds, also one whose time is over when it is hashed.
    private static let leastPatience = 100
    /// How often those that wait too long are looked for while all threads are held up, in milliseconds.
    private static let watchInterval = 50
    /// How many may wait to be taken back.
    ///
    /// What is beyond them stays written down: a login counts as a failed one.
    private static let mostTakeBacks = 1000
    /// How long the end waits for stores in which something is taken back, in milliseconds.
    private static let lastTakeBacks = 2000
    /// How long a thread sleeps when nothing waits, in milliseconds.
    private static let rest = 3_600_000

    private let queue = LockedQueue<Queue>(Queue())
    private let threads: Int
    private let held: HeldAnswers

    /// - Parameters:
    ///   - threads: How many threads will call ``run(store:)``.
    ///   - held: Refuses who waits too long.
    init(threads: Int, held: HeldAnswers) {
        self.threads = threads
        self.held = held
    }

    /// Goes on with a request as soon as a thread is free.
    ///
    /// - Parameter refusalDue: When any other answer than success is given, not earlier and not later: its
    ///   time would tell the result. What the store has to do for it is done before.
    func finish(
        _ request: any PasswordRequest, _ result: PasswordWorkResult, refusalDue: MonotonicTime
    ) {
        let left = request.patience - min(request.age, request.patience)
        let end = max(
            .now.advanced(nanoseconds: left * 1000),
            refusalDue.advanced(milliseconds: Self.leastPatience))
        let waiting = Waiting(request: request, result: result, refusalDue: refusalDue, end: end)
        var needsWatch = false
        _ = queue.change { queue in
            queue.waiting.append(waiting)
            needsWatch = !queue.isWatched && queue.waiting.count + queue.busyThreads > threads
            queue.isWatched = queue.isWatched || needsWatch
            return true
        }
        if needsWatch { watchLater() }
    }

    /// - Parameter result: Nil when the password was not hashed.
    private static func takeBack(
        _ request: any PasswordRequest, after result: PasswordWorkResult?
    ) -> TakeBack? {
        guard let takeBack = request.takeBack else { return nil }
        return { store in takeBack(store, result) }
    }

    /// Refuses a request at once that was not hashed, and takes back later what was written down for it.
    func refuse(_ request: any PasswordRequest) {
        held.hold(until: .now) { request.refuse(because: .notHashed) }
        takeBackLater(Self.takeBack(request, after: nil))
    }

    private func watchLater() {
        let due = MonotonicTime.now.advanced(milliseconds: Self.watchInterval)
        held.hold(until: due, accuracy: .neverEarly) { [self] in refuseOverdue() }
    }

    private func refuseOverdue() {
        var overdue: [Waiting] = []
        var goesOn = false
        _ = queue.change { queue in
            let now = MonotonicTime.now
            overdue = queue.waiting.filter { $0.end < now }
            queue.waiting.removeAll { $0.end < now }
            for waiting in overdue { queue.append(waiting.takeBack) }
            goesOn = !queue.waiting.isEmpty
            queue.isWatched = goesOn
            return !overdue.isEmpty
        }
        for waiting in overdue { waiting.request.refuse(because: .noStore) }
        if goesOn { watchLater() }
    }

    /// Goes on with requests until the queue is closed and nothing comes any more; each of the threads
    /// calls it with its store.
    func run(store: any Store, activity: ThreadActivity = ThreadActivity()) {
        var isBusy = false
        while true {
            let next = queue.wait(
                until: .now.advanced(milliseconds: Self.rest),
                for: { queue -> Step? in
                    if isBusy { queue.busyThreads -= 1 }
                    let step = queue.takeFirst()
                    isBusy = step != nil
                    if isBusy { queue.busyThreads += 1 }
                    return step
                }, unless: { $0.isClosed })
            switch next {
            case .closed: return
            case .idle: continue
            case .taken(let step):
                activity.perform { perform(step, in: store) }
                SpentMemory.wipeStack()
            }
        }
    }

    /// A frame of its own, which lies in the part of the stack that is wiped.
    @inline(never)
    private func perform(_ step: Step, in store: any Store) {
        switch step {
        case .takeBack(let takeBack):
            takeBack(store)
            _ = queue.change { queue in
                queue.isTakingBack = false
                return true
            }
        case .finish(let waiting):
            guard .now <= waiting.end else {
                waiting.request.refuse(because: .noStore)
                return takeBackLater(waiting.takeBack)
            }
            let answer = waiting.request.finish(waiting.result, store: store)
            if answer.isSuccess || waiting.refusalDue <= .now {
                answer.give()
            } else {
                held.hold(until: waiting.refusalDue, accuracy: .exact, answer.give)
            }
            guard answer.hasStoreFailed else { return }
            // What a late request has no time for.
            store.recover()
            takeBackLater(waiting.takeBack)
        }
    }

    private func takeBackLater(_ takeBack: TakeBack?) {
        _ = queue.change { queue in
            queue.append(takeBack)
            return true
        }
    }

    /// Lets ``run(store:)`` end.
    func close() {
        _ = queue.change { queue in
            queue.isClosed = true
            queue.end = .now.advanced(milliseconds: Self.lastTakeBacks)
            return true
        }
    }
}
