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
        let since: MonotonicTime

        func microseconds(at now: MonotonicTime) -> UInt64 { since.nanoseconds(to: now) / 1000 }

        func isOverdue(at now: MonotonicTime) -> Bool { microseconds(at: now) > request.patience }
    }

    private enum Step: Sendable {
        case finish(Waiting)
        case takeBack(any PasswordRequest)
    }

    private struct Queue: Sendable {
        var waiting: [Waiting] = []
        var refused: [any PasswordRequest] = []
        /// How many come later.
        var coming = 0
        var busyThreads = 0
        /// Whether somebody will look for those that wait too long.
        var isWatched = false
        var isClosed = false

        mutating func takeFirst() -> Step? {
            if !waiting.isEmpty { return .finish(waiting.removeFirst()) }
            return refused.isEmpty ? nil : .takeBack(refused.removeFirst())
        }
    }

    /// How often those that wait too long are looked for while all threads are held up, in milliseconds.
    private static let watchInterval = 50
    /// For how many refused ones something may be left to do; of any further one, what was written down
    /// stays: a login counts as a failed one.
    private static let mostRefused = 1000
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

    /// Goes on with a request from some moment on, as soon as a thread is free.
    func finish(
        _ request: any PasswordRequest, _ result: PasswordWorkResult, from due: MonotonicTime
    ) {
        guard due > .now else { return finish(request, result) }
        _ = queue.change { queue in
            queue.coming += 1
            return false
        }
        held.hold(until: due) { [self] in finish(request, result, isExpected: true) }
    }

    /// Goes on with a request as soon as a thread is free.
    func finish(_ request: any PasswordRequest, _ result: PasswordWorkResult) {
        finish(request, result, isExpected: false)
    }

    private func finish(
        _ request: any PasswordRequest, _ result: PasswordWorkResult, isExpected: Bool
    ) {
        var needsWatch = false
        _ = queue.change { queue in
            if isExpected { queue.coming -= 1 }
            queue.waiting.append(Waiting(request: request, result: result, since: .now))
            needsWatch = !queue.isWatched && queue.waiting.count + queue.busyThreads > threads
            queue.isWatched = queue.isWatched || needsWatch
            return true
        }
        if needsWatch { watchLater() }
    }

    /// Refuses a request at once, and takes back later what was written down for it.
    func refuse(_ request: any PasswordRequest, because refusal: PasswordRefusal) {
        held.hold(until: .now) { request.refuse(because: refusal) }
        _ = queue.change { queue in
            guard queue.refused.count < Self.mostRefused else { return false }
            queue.refused.append(request)
            return true
        }
    }

    private func watchLater() {
        held.hold(until: .now.advanced(milliseconds: Self.watchInterval)) { [self] in
            refuseOverdue()
        }
    }

    private func refuseOverdue() {
        var overdue: [any PasswordRequest] = []
        var goesOn = false
        _ = queue.change { queue in
            let now = MonotonicTime.now
            overdue = queue.waiting.filter { $0.isOverdue(at: now) }.map(\.request)
            queue.waiting.removeAll { $0.isOverdue(at: now) }
            goesOn = !queue.waiting.isEmpty
            queue.isWatched = goesOn
            return false
        }
        for request in overdue { refuse(request, because: .noStore) }
        if goesOn { watchLater() }
    }

    /// Goes on with requests until the queue is closed and nothing comes any more; each of the threads calls it with
    /// its store.
    func run(store: any Store) {
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
                }, unless: { $0.isClosed && $0.coming == 0 })
            switch next {
            case .closed: return
            case .idle: continue
            case .taken(let step):
                perform(step, in: store)
                SpentMemory.wipeStack()
            }
        }
    }

    /// A frame of its own, which lies in the part of the stack that is wiped.
    @inline(never)
    private func perform(_ step: Step, in store: any Store) {
        switch step {
        case .takeBack(let request): request.takeBack(in: store)
        case .finish(let waiting):
            let (request, waited) = (waiting.request, waiting.microseconds(at: .now))
            guard waited <= request.patience else { return refuse(request, because: .noStore) }
            request.finish(waiting.result, store: store, afterMicroseconds: waited)
        }
    }

    /// Lets ``run(store:)`` end.
    func close() {
        _ = queue.change { queue in
            queue.isClosed = true
            return true
        }
    }
}
