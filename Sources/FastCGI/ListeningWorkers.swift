import Glibc
import Synchronization

/// Lets few of the idle workers wait for connections; the others rest until they are needed.
///
/// accept(2) wakes the one that has slept longest. If all slept in it, they would take turns, and the
/// processor would have forgotten what each one needs before it came round again.
@safe final class ListeningWorkers: Sendable {
    /// How many workers there are of each sort; one number, so that both change together.
    private struct Counts {
        /// Those that wait for a connection.
        var listening: UInt32
        /// Those that wait until they may listen.
        var resting: UInt32

        init(_ bits: UInt64) {
            listening = UInt32(truncatingIfNeeded: bits)
            resting = UInt32(truncatingIfNeeded: bits >> 32)
        }

        var bits: UInt64 { UInt64(resting) << 32 | UInt64(listening) }
    }

    private let limit: UInt32
    private let counts = Atomic<UInt64>(0)
    /// One unit for each worker that may leave its rest.
    // Unsafe only for the compiler: a semaphore is for several threads at once (sem_overview(7)).
    nonisolated(unsafe) private let calls: UnsafeMutablePointer<sem_t>

    /// - Parameter limit: How many may listen at the same time, 1 or more.
    init(limit: Int) {
        self.limit = UInt32(clamping: limit)
        unsafe calls = .allocate(capacity: 1)
        unsafe sem_init(calls, 0, 0)
    }

    deinit {
        unsafe sem_destroy(calls)
        unsafe calls.deallocate()
    }

    /// A worker that is idle comes to listen, and rests first while enough others do.
    func begin() {
        let rests = change { counts in
            guard counts.listening >= limit else {
                counts.listening += 1
                return false
            }
            counts.resting += 1
            return true
        }
        // Whoever calls has counted this one among those that listen.
        if rests { while unsafe sem_wait(calls) != 0 {} }
    }

    /// A worker has got a connection, or gives up; if nobody is left to listen, one leaves its rest.
    func end() {
        let calls = change { counts in
            counts.listening -= 1
            guard counts.listening == 0, counts.resting > 0 else { return false }
            counts.resting -= 1
            counts.listening = 1
            return true
        }
        if calls { unsafe sem_post(self.calls) }
    }

    /// Ends all rest for good.
    ///
    /// - Parameter workers: How many workers there are.
    func callAll(of workers: Int) {
        for _ in 0..<workers { unsafe sem_post(calls) }
    }

    /// How many listen and how many rest at this moment.
    var now: (listening: Int, resting: Int) {
        let now = Counts(counts.load(ordering: .relaxed))
        return (Int(now.listening), Int(now.resting))
    }

    private func change(_ body: (inout Counts) -> Bool) -> Bool {
        var bits = counts.load(ordering: .relaxed)
        while true {
            var changed = Counts(bits)
            let result = body(&changed)
            let exchange = counts.weakCompareExchange(
                expected: bits, desired: changed.bits, ordering: .relaxed)
            guard !exchange.exchanged else { return result }
            bits = exchange.original
        }
    }
}
