import Glibc
import Synchronization
import Testing
import Threading

@Suite("a value behind a lock")
struct LockedQueueTests {
    /// Numbers to be taken, and whether more will come.
    private struct Numbers: Sendable {
        var waiting: [Int] = []
        var isClosed = false

        mutating func take() -> Int? { waiting.isEmpty ? nil : waiting.removeFirst() }
    }

    private func wait(for queue: LockedQueue<Numbers>, seconds: Int = 60) -> String {
        switch queue.wait(
            until: .now.advanced(milliseconds: seconds * 1000), for: { $0.take() },
            unless: { $0.isClosed })
        {
        case .taken(let number): "\(number)"
        case .idle: "idle"
        case .closed: "closed"
        }
    }

    private func put(_ number: Int, into queue: LockedQueue<Numbers>) {
        _ = queue.change {
            $0.waiting.append(number)
            return true
        }
    }

    private func close(_ queue: LockedQueue<Numbers>) {
        _ = queue.change {
            $0.isClosed = true
            return true
        }
    }

    @Test("what was put in comes out in order, also after the end was told")
    func order() {
        let queue = LockedQueue(Numbers())
        for number in 1...3 { put(number, into: queue) }
        close(queue)
        #expect((0..<5).map { _ in wait(for: queue) } == ["1", "2", "3", "closed", "closed"])
    }

    @Test("a change tells whether it was one")
    func change() {
        let queue = LockedQueue(Numbers())
        #expect(!queue.change { _ in false })
        #expect(queue.change { _ in true })
        put(7, into: queue)
        #expect(queue.read { $0.waiting } == [7])
    }

    @Test("who waits for nothing learns that the time is over")
    func idle() {
        #expect(wait(for: LockedQueue(Numbers()), seconds: 0) == "idle")
        let before = MonotonicTime.now
        #expect(wait(for: LockedQueue(Numbers()), seconds: 1) == "idle")
        #expect(before.nanoseconds(to: .now) > 900_000_000)
    }

    @Test("a thread that waits is woken by what comes")
    func woken() {
        let queue = LockedQueue(Numbers())
        let found = Mutex("")
        withExtendedLifetime(queue) {
            let thread = OwnedThread(name: "test") { found.withLock { $0 = self.wait(for: queue) } }
            put(7, into: queue)
            thread.join()
        }
        #expect(found.withLock { $0 } == "7")
    }

    @Test("a thread whose wakeup got lost sees what came some seconds later")
    func lostWakeup() {
        let queue = LockedQueue(Numbers())
        let looks = Atomic(0)
        let found = Mutex<Int?>(nil)
        let thread = OwnedThread(name: "test") {
            let waited = queue.wait(
                until: .now.advanced(milliseconds: 60_000),
                for: { numbers -> Int? in
                    looks.add(1, ordering: .relaxed)
                    return numbers.take()
                }, unless: { $0.isClosed })
            if case .taken(let number) = waited { found.withLock { $0 = number } }
        }
        // After its first look it holds the lock until it waits.
        while looks.load(ordering: .relaxed) == 0 { sched_yield() }
        // What is no change wakes nobody.
        _ = queue.change {
            $0.waiting.append(7)
            return false
        }
        thread.join()
        #expect(found.withLock { $0 } == 7)
    }

    @Test("the end wakes every thread that waits")
    func closed() {
        let queue = LockedQueue(Numbers())
        let left = Atomic(0)
        let threads = (0..<4).map { _ in
            OwnedThread(name: "test") {
                if self.wait(for: queue) == "closed" { left.add(1, ordering: .relaxed) }
            }
        }
        close(queue)
        for thread in threads { thread.join() }
        #expect(left.load(ordering: .relaxed) == 4)
    }

    @Test("many threads lose nothing and take nothing twice")
    func crowd() {
        let queue = LockedQueue(Numbers())
        let taken = Mutex<[Int]>([])
        let takers = (0..<4).map { _ in
            OwnedThread(name: "test") {
                while let number = Int(self.wait(for: queue)) {
                    taken.withLock { $0.append(number) }
                }
            }
        }
        let givers = (0..<4).map { giver in
            OwnedThread(name: "test") {
                for number in 0..<500 { self.put(giver * 500 + number, into: queue) }
            }
        }
        for giver in givers { giver.join() }
        close(queue)
        for taker in takers { taker.join() }
        #expect(taken.withLock { $0.sorted() } == Array(0..<2000))
    }
}
