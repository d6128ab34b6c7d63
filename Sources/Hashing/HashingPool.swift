public import Auth
public import AuthAPI
import Cryptography
import Synchronization
import Threading

/// Who is told what the pool does; called by every thread, and at once.
public protocol HashingObserver: Sendable {
    /// A password waits.
    func passwordQueued()

    /// A password waits no more: it is hashed, or has waited too long.
    func passwordTaken(afterNanoseconds: UInt64)

    /// A password was hashed.
    func passwordHashed(inNanoseconds: UInt64)
}

/// The few threads that hash passwords, with a bounded queue before them.
///
/// Hashing is the one expensive thing that anybody may ask for. As many threads as cores, at lower
/// priorities, do it; who waits for them holds no worker, so a flood of logins leaves the cheap requests
/// alone; and the queue is bounded in length and in time, so it cannot exhaust memory.
///
/// The first thread yields to nobody, so that logins get on whatever else there is to do; the others
/// take what is left. Two that compete with cheap requests for the processors' caches would get less
/// done together than one does.
public final class HashingPool: PasswordQueue {
    /// The sizes of the pool.
    public struct Settings: Sendable {
        /// How many passwords are hashed at once.
        ///
        /// Default: one for each core.
        public var threads: Int
        /// How many may wait.
        ///
        /// Default 128.
        public var queueLimit: Int
        /// At what age a request is not hashed any more, in milliseconds.
        ///
        /// Default 2500.
        public var waitLimit: Int
        /// How much the first thread yields to others, 0 to 19; the further ones yield by 19.
        ///
        /// Default 0.
        public var niceness: Int

        /// How many threads do what follows a hash; each has a store.
        public var answeringThreads: Int

        /// Settings of their parts.
        public init(
            threads: Int, queueLimit: Int, waitLimit: Int, niceness: Int, answeringThreads: Int
        ) {
            self.threads = threads
            self.answeringThreads = answeringThreads
            self.queueLimit = queueLimit
            self.waitLimit = waitLimit
            self.niceness = niceness
        }
    }

    private struct Job: Sendable {
        let request: any PasswordRequest
        let submitted: MonotonicTime
    }

    private struct Queue: Sendable {
        var jobs: [Job] = []
        var isClosed = false

        mutating func takeFirst() -> Job? {
            jobs.isEmpty ? nil : jobs.removeFirst()
        }
    }

    /// How long a thread that has nothing to do keeps its memory, in milliseconds.
    private static let memoryKept = 10_000

    /// How much time is allowed for what comes before a request is handed in, in nanoseconds: refusals
    /// that are held come so much later, less what it took.
    private static let longestPrelude: UInt64 = 2_000_000

    private let settings: Settings
    private let observer: (any HashingObserver)?
    private let queue = LockedQueue<Queue>(Queue())
    private let threads = Mutex<[OwnedThread]>([])
    private let pace = ComparisonPace()
    private let held = HeldAnswers()
    private let hashed: AnsweringQueue
    private let answerers = Mutex<[OwnedThread]>([])
    private let holder = Mutex<OwnedThread?>(nil)
    private let activities = Mutex<[ThreadActivity]>([])
    /// The niceness of all threads but the first.
    private static let lowestPriority: CInt = 19

    /// - Parameters:
    ///   - settings: The sizes.
    ///   - observer: Told what happens.
    public init(_ settings: Settings, observer: (any HashingObserver)? = nil) {
        self.settings = settings
        self.observer = observer
        hashed = AnsweringQueue(threads: settings.answeringThreads, held: held)
    }

    /// Starts the threads.
    ///
    /// - Parameters:
    ///   - hasher: Does the work.
    ///   - makeStore: Makes the store of a thread, in that thread.
    public func start(hasher: PasswordHasher, makeStore: @escaping @Sendable () -> any Store) {
        for number in 0..<settings.threads {
            let niceness = number == 0 ? CInt(settings.niceness) : Self.lowestPriority
            // One that yields to all other threads of the service may rightly stand still for minutes.
            let activity = niceness < Self.lowestPriority ? newActivity() : ThreadActivity()
            let thread = OwnedThread(name: "hashing-\(number)", niceness: niceness) { [self] in
                let workspace = HashingWorkspace(keptMemoryKiB: hasher.parameters.memoryKiB)
                if number == 0, let sample = try? makeStore().sampleOfPasswordHashes() {
                    pace.learn(from: sample, hasher: hasher, in: workspace)
                }
                while true {
                    switch queue.wait(
                        until: .now.advanced(milliseconds: Self.memoryKept),
                        for: { $0.takeFirst() }, unless: { $0.isClosed })
                    {
                    case .closed: return
                    // Megabytes that nobody used for a while are given back.
                    case .idle: workspace.releaseMemory()
                    case .taken(let job):
                        activity.perform { work(on: job, hasher, in: workspace) }
                        SpentMemory.wipeStack()
                    }
                }
            }
            threads.withLock { $0.append(thread) }
        }
        // What is left to do after a hash waits for the database and may hold locks there, so it is
        // done at the ordinary priority.
        for number in 0..<settings.answeringThreads {
            let activity = newActivity()
            let thread = OwnedThread(name: "answering-\(number)") { [hashed] in
                hashed.run(store: makeStore(), activity: activity)
            }
            answerers.withLock { $0.append(thread) }
        }
        let activity = newActivity()
        let thread = OwnedThread(name: "holding") { [held] in held.run(activity: activity) }
        holder.withLock { $0 = thread }
    }

    private func newActivity() -> ThreadActivity {
        let activity = ThreadActivity()
        activities.withLock { $0.append(activity) }
        return activity
    }

    /// Whether no thread but those of the lowest priority has been at one piece of work for two minutes.
    public func everyThreadMoves(at now: MonotonicTime = .now) -> Bool {
        activities.withLock { $0.allSatisfy { $0.moves(at: now) } }
    }

    /// A frame of its own, which lies in the part of the stack that is wiped.
    @inline(never)
    private func work(
        on job: Job, _ hasher: PasswordHasher, in workspace: HashingWorkspace
    ) {
        let begun = MonotonicTime.now
        let waited = job.submitted.nanoseconds(to: begun)
        let age = job.request.age
        let ageWhenHandedIn = age * 1000 - min(waited, age * 1000)
        observer?.passwordTaken(afterNanoseconds: waited)
        guard age <= UInt64(settings.waitLimit) * 1000,
            let result = try? hasher.perform(job.request.work, in: workspace)
        else { return hashed.refuse(job.request) }
        observer?.passwordHashed(inNanoseconds: begun.nanoseconds(to: .now))
        let comparison = hasher.comparison(of: job.request.work)
        guard case .compared(let matches, _) = result, let comparison else {
            return hashed.finish(job.request, result, refusalDue: .now)
        }
        // By what others took: its own time would tell of its hash.
        let time = pace.time(forComparisons: comparison.count)
        // Counted from its arrival but for the wait in the queue: before it was handed in the store was
        // asked, which takes longer for an account that there is.
        let prelude = min(ageWhenHandedIn, Self.longestPrelude)
        let due =
            time == 0
            ? begun : begun.advanced(nanoseconds: time + Self.longestPrelude - prelude)
        if !matches {
            pace.note(
                comparison.cost, count: comparison.count,
                nanoseconds: begun.nanoseconds(to: .now))
        }
        // What follows finds the caches as after any other refusal.
        if !matches, time > 0, comparison.cost != hasher.presentCost { workspace.passOverMemory() }
        hashed.finish(job.request, result, refusalDue: max(.now, due))
    }

    /// Takes a request; false when the queue is full or closed.
    public func submit(_ request: any PasswordRequest) -> Bool {
        let job = Job(request: request, submitted: .now)
        return queue.change { queue in
            guard !queue.isClosed, queue.jobs.count < settings.queueLimit else { return false }
            queue.jobs.append(job)
            observer?.passwordQueued()
            return true
        }
    }

    /// Whether a request would be taken now.
    public var hasRoom: Bool {
        queue.read { !$0.isClosed && $0.jobs.count < settings.queueLimit }
    }

    /// Gives an answer later.
    public func hold(microseconds: UInt64, _ answer: @escaping @Sendable () -> Void) {
        held.hold(until: .now.advanced(nanoseconds: microseconds * 1000), answer)
    }

    /// How many wait now.
    public var waiting: Int { queue.read { $0.jobs.count } }

    /// Finishes what was taken, then ends the threads; nothing is taken from now on.
    public func drain() {
        _ = queue.change { queue in
            queue.isClosed = true
            return true
        }
        for thread in threads.withLock({ $0 }) { thread.join() }
        hashed.close()
        for thread in answerers.withLock({ $0 }) { thread.join() }
        held.close()
        holder.withLock { $0 }?.join()
    }
}
