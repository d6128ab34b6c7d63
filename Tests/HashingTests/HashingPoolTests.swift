import Auth
import AuthAPI
import AuthTesting
import Cryptography
import Synchronization
import Testing
import Threading

@testable import Hashing

/// A door that threads wait at until it is opened.
private final class Gate: Sendable {
    private let opened = StopSignal()
    private let inside = Atomic(0)
    private let most = Atomic(0)
    private let passed = Atomic(0)

    /// How many have been waiting at the same time, and how many have come.
    var peak: Int { most.load(ordering: .acquiring) }
    var arrivals: Int { passed.load(ordering: .acquiring) }

    func pass() {
        let now = inside.add(1, ordering: .acquiringAndReleasing).newValue
        most.max(now, ordering: .acquiringAndReleasing)
        passed.add(1, ordering: .acquiringAndReleasing)
        _ = opened.wait(milliseconds: -1)
        inside.subtract(1, ordering: .acquiringAndReleasing)
    }

    func open() { opened.raise() }
}

/// Keeps what it is told.
private final class CountingObserver: HashingObserver {
    private let kept = Mutex<[String]>([])

    var told: [String] { kept.withLock { $0 } }

    func passwordQueued() { kept.withLock { $0.append("queued") } }
    func passwordTaken(afterNanoseconds: UInt64) { kept.withLock { $0.append("taken") } }
    func passwordHashed(inNanoseconds: UInt64) { kept.withLock { $0.append("hashed") } }
}

/// Holds each hashing thread at a gate when it has hashed.
private struct GateKeeper: HashingObserver {
    let gate: Gate

    func passwordQueued() {}
    func passwordTaken(afterNanoseconds: UInt64) {}
    func passwordHashed(inNanoseconds: UInt64) { gate.pass() }
}

extension HashingPool {
    /// Hands in a piece of work; `finish` gets nil when it is refused.
    fileprivate func submit(
        _ work: PasswordWork,
        finish: @escaping @Sendable (PasswordWorkResult?, (any Store)?) -> Void
    ) -> Bool {
        submit(
            ToldRequest(
                work: work, whenFinished: { finish($0, $1) },
                ended: { if case .refused = $0 { finish(nil, nil) } }))
    }
}

@Suite("threads that hash passwords")
struct HashingPoolTests {
    private func pool(
        threads: Int, queueLimit: Int = 100, waitLimit: Int = 60000,
        observer: (any HashingObserver)? = nil
    ) -> HashingPool {
        HashingPool(
            HashingPool.Settings(
                threads: threads, queueLimit: queueLimit, waitLimit: waitLimit, niceness: 0,
                answeringThreads: 1),
            observer: observer)
    }

    private func start(_ pool: HashingPool) throws {
        let parameters = try #require(
            Argon2Parameters(memoryKiB: 8, iterations: 1, parallelism: 1))
        pool.start(hasher: PasswordHasher(parameters: parameters, upgradesHashes: true)) {
            MemoryStore()
        }
    }

    private let work = PasswordWork.make(Password("correct horse"))

    @Test("a hashing thread goes on while what follows its last hash waits")
    func hashesOn() throws {
        let observer = CountingObserver()
        let pool = pool(threads: 1, observer: observer)
        try start(pool)
        let gate = Gate()
        for _ in 0..<3 { #expect(pool.submit(work) { _, _ in gate.pass() }) }
        wait { observer.told.count { $0 == "hashed" } == 3 }
        gate.open()
        pool.drain()
        #expect(gate.arrivals == 3)
    }

    enum Hanging: CaseIterable { case hashing, answering, holding }

    @Test("a thread that hangs for two minutes is told of", arguments: Hanging.allCases)
    func hanging(thread: Hanging) throws {
        let gate = Gate()
        let pool = pool(threads: 1, observer: thread == .hashing ? GateKeeper(gate: gate) : nil)
        try start(pool)
        switch thread {
        case .hashing: #expect(pool.submit(work) { _, _ in })
        case .answering: #expect(pool.submit(work) { _, _ in gate.pass() })
        case .holding: pool.hold(microseconds: 0) { gate.pass() }
        }
        wait { gate.arrivals == 1 }
        #expect(pool.everyThreadMoves(at: .now.advanced(milliseconds: 119_000)))
        #expect(!pool.everyThreadMoves(at: .now.advanced(milliseconds: 121_000)))
        gate.open()
        wait { pool.everyThreadMoves(at: .now.advanced(milliseconds: 121_000)) }
        pool.drain()
    }

    @Test("work is done, and its result given with the store of the thread")
    func done() throws {
        let pool = pool(threads: 2)
        try start(pool)
        let results = Mutex<[String]>([])
        for _ in 0..<10 {
            #expect(
                pool.submit(work) { result, store in
                    guard case .made(let hash)? = result, store is MemoryStore else { return }
                    results.withLock { $0.append(hash) }
                })
        }
        pool.drain()
        let hashes = results.withLock { $0 }
        #expect(hashes.count == 10 && Set(hashes).count == 10)
        for hash in hashes { #expect(hash.hasPrefix("argon2$argon2id$v=19$m=8,t=1,p=1$")) }
    }

    @Test("no more is taken than may wait, and again when there is room")
    func bounded() throws {
        let pool = pool(threads: 1, queueLimit: 3)
        let finished = Atomic(0)
        for _ in 0..<3 {
            #expect(pool.hasRoom)
            #expect(pool.submit(work) { _, _ in finished.add(1, ordering: .relaxed) })
        }
        #expect(!pool.hasRoom)
        #expect(!pool.submit(work) { _, _ in finished.add(100, ordering: .relaxed) })
        #expect(pool.waiting == 3)
        try start(pool)
        wait { pool.hasRoom }
        #expect(pool.submit(work) { _, _ in finished.add(1, ordering: .relaxed) })
        pool.drain()
        #expect(finished.load(ordering: .relaxed) == 4)
    }

    @Test("its observer is told what comes, waits and is hashed; what is turned away is not")
    func observed() throws {
        let observer = CountingObserver()
        let pool = pool(threads: 1, queueLimit: 2, observer: observer)
        for _ in 0..<3 { _ = pool.submit(work) { _, _ in } }
        #expect(observer.told == ["queued", "queued"])
        try start(pool)
        pool.drain()
        #expect(
            observer.told == ["queued", "queued", "taken", "hashed", "taken", "hashed"])
    }

    @Test("so many passwords are hashed at once as there are threads, and no more")
    func atOnce() throws {
        let gate = Gate()
        let pool = pool(threads: 2, observer: GateKeeper(gate: gate))
        try start(pool)
        for _ in 0..<6 { #expect(pool.submit(work) { _, _ in }) }
        wait { gate.arrivals == 2 && pool.waiting == 4 }
        gate.open()
        pool.drain()
        #expect(gate.arrivals == 6)
        #expect(gate.peak == 2)
    }

    @Test("what waited too long is refused; what comes later is done")
    func overdue() throws {
        let gate = Gate()
        let pool = pool(threads: 1, waitLimit: 50, observer: GateKeeper(gate: gate))
        try start(pool)
        let results = Mutex<[Bool]>([])
        let note: @Sendable (PasswordWorkResult?, (any Store)?) -> Void = { result, _ in
            results.withLock { $0.append(result != nil) }
        }
        #expect(pool.submit(work) { _, _ in })
        wait { gate.arrivals == 1 }
        #expect(pool.submit(work, finish: note))
        let late = MonotonicTime.now.advanced(milliseconds: 51)
        wait { late < .now }
        gate.open()
        wait { results.withLock { $0.count } == 1 }
        #expect(results.withLock { $0 } == [false])
        // Under load the thread itself may come late; one of many comes in time.
        for _ in 0..<100 where !results.withLock({ $0.contains(true) }) {
            let count = results.withLock { $0.count }
            #expect(pool.submit(work, finish: note))
            wait { results.withLock { $0.count } == count + 1 }
        }
        #expect(results.withLock { $0.contains(true) })
        pool.drain()
    }

    @Test("the end finishes what was taken, and takes nothing more")
    func drained() throws {
        let pool = pool(threads: 2)
        let finished = Atomic(0)
        for _ in 0..<20 {
            _ = pool.submit(work) { result, _ in
                if result != nil { finished.add(1, ordering: .relaxed) }
            }
        }
        try start(pool)
        pool.drain()
        #expect(finished.load(ordering: .relaxed) == 20)
        #expect(!pool.hasRoom)
        #expect(!pool.submit(work) { _, _ in finished.add(1, ordering: .relaxed) })
        #expect(finished.load(ordering: .relaxed) == 20)
    }

    @Test("a pool that never started ends at once")
    func neverStarted() {
        pool(threads: 4).drain()
    }

    @Test("a thread whose request fails goes on with the next")
    func comparisons() throws {
        let pool = pool(threads: 1)
        try start(pool)
        let matches = Mutex<[Bool]>([])
        let hash = try #require(
            PasswordHash(
                encoded: "md5$abcdefghijklmnopqrstuv$97e600b50d33d14454eeb26ede5bb204"))
        for text in ["wrong", "correct horse \u{E9}", ""] {
            let compare = PasswordWork.verify(Password(text), alternative: nil, against: hash)
            #expect(
                pool.submit(compare) { result, _ in
                    guard case .compared(let isMatch, let upgraded)? = result else { return }
                    matches.withLock { $0.append(isMatch && upgraded != nil) }
                })
        }
        pool.drain()
        #expect(matches.withLock { $0 } == [false, true, false])
    }

    @Test("where hashes of two costs are stored, refusals wait for the dearer and no match does")
    func equalTime() throws {
        let old =
            "pbkdf2_sha256$300000$abcdefghijklmnopqrstuv$\(Base64.encode(Array(repeating: 0, count: 32)))"
        let dear = try #require(PasswordHash(encoded: old))
        let cheap = try #require(
            PasswordHash(
                encoded: "md5$abcdefghijklmnopqrstuv$97e600b50d33d14454eeb26ede5bb204"))
        let begun = MonotonicTime.now
        _ = try dear.verify([], in: HashingWorkspace(keptMemoryKiB: 8))
        let cost = begun.nanoseconds(to: .now)

        let pool = pool(threads: 1)
        let parameters = try #require(
            Argon2Parameters(memoryKiB: 8, iterations: 1, parallelism: 1))
        pool.start(hasher: PasswordHasher(parameters: parameters, upgradesHashes: false)) {
            let store = MemoryStore()
            store.add("old", email: "old@example.org", passwordHash: old)
            return store
        }
        func time(_ work: PasswordWork, isSuccess: Bool) -> UInt64 {
            let start = MonotonicTime.now
            let taken = Mutex<UInt64?>(nil)
            let request = ToldRequest(
                work: work, isSuccess: isSuccess,
                ended: { _ in taken.withLock { $0 = start.nanoseconds(to: .now) } })
            #expect(pool.submit(request))
            wait { taken.withLock { $0 != nil } }
            return taken.withLock { $0 ?? 0 }
        }
        let good = Password("correct horse \u{E9}")
        let match = PasswordWork.verify(good, alternative: nil, against: cheap)
        let refusal = PasswordWork.pretend(good, alternative: nil, like: nil)
        _ = time(match, isSuccess: true)
        // The thread may be kept waiting at any time; of several one is not.
        #expect(try #require((0..<10).map { _ in time(match, isSuccess: true) }.min()) < cost / 2)
        #expect(try #require((0..<3).map { _ in time(refusal, isSuccess: false) }.min()) > cost / 8)
        pool.drain()
    }

    @Test("answers are given when they are due, whatever the order in which they were held")
    func held() {
        let held = HeldAnswers()
        let order = Mutex<[Int]>([])
        let now = MonotonicTime.now
        for (number, delay) in [(0, 3000), (1, 30), (2, 60), (3, 0)] {
            held.hold(until: now.advanced(milliseconds: delay)) {
                order.withLock { $0.append(number) }
            }
        }
        #expect(held.count == 4)
        let thread = OwnedThread(name: "held") { held.run() }
        wait { held.count == 1 }
        // It wakes the thread, which waits for the last one.
        held.hold(until: now.advanced(milliseconds: 90)) { order.withLock { $0.append(4) } }
        held.close()
        thread.join()
        #expect(order.withLock { $0 } == [3, 1, 2, 4, 0])
        #expect(MonotonicTime.now >= now.advanced(milliseconds: 3000))
    }
}
