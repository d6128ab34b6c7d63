import Auth
import AuthAPI
import AuthTesting
import Synchronization
import Testing
import Threading

@testable import Hashing

@Suite("requests that wait for a store after their hash")
struct AnsweringQueueTests {
    /// A queue with one thread that gives them a store, and what becomes of them.
    private final class Workplace: Sendable {
        let ends = Mutex<[String: [ToldRequest.End]]>([:])
        let held = HeldAnswers()
        let queue: AnsweringQueue
        private let threads = Mutex<[OwnedThread]>([])

        init() {
            queue = AnsweringQueue(threads: 1, held: held)
        }

        func start() {
            threads.withLock {
                $0 = [
                    OwnedThread(name: "answering") { [queue] in queue.run(store: MemoryStore()) },
                    OwnedThread(name: "holding") { [held] in held.run() },
                ]
            }
        }

        func request(
            _ name: String, patience: UInt64 = 60_000_000, until gate: StopSignal? = nil
        ) -> ToldRequest {
            ToldRequest(
                patience: patience, whenFinished: { _, _ in _ = gate?.wait(milliseconds: -1) },
                ended: { [self] end in ends.withLock { $0[name, default: []].append(end) } })
        }

        func ends(of name: String) -> [ToldRequest.End] { ends.withLock { $0[name] ?? [] } }

        func wait(until condition: () -> Bool) {
            let deadline = MonotonicTime.now.advanced(milliseconds: 60_000)
            let pause = StopSignal()
            while !condition(), MonotonicTime.now < deadline { _ = pause.wait(milliseconds: 1) }
            #expect(condition())
        }

        func end() {
            queue.close()
            let (answering, holding) = threads.withLock { ($0[0], $0[1]) }
            answering.join()
            held.close()
            holding.join()
        }
    }

    private let result = PasswordWorkResult.made("a hash")

    @Test(
        """
        while the thread is held up by a slow store, who waits longer than it may is refused, and who \
        may wait longer is not; the one is taken back when all others are finished
        """)
    func overdue() {
        let place = Workplace()
        place.start()
        let gate = StopSignal()
        place.queue.finish(place.request("slow", until: gate), result)
        place.queue.finish(place.request("hasty", patience: 1000), result)
        place.queue.finish(place.request("patient"), result)
        place.wait { place.ends(of: "hasty") == [.refused(.noStore)] }
        #expect(place.ends(of: "slow") == [] && place.ends(of: "patient") == [])
        gate.raise()
        place.wait { place.ends(of: "hasty") == [.refused(.noStore), .takenBack] }
        #expect(place.ends(of: "slow") == [.finished] && place.ends(of: "patient") == [.finished])
        place.end()
    }

    @Test("one that came too late to be refused by another thread is refused by its own")
    func overdueInItsTurn() {
        let place = Workplace()
        place.queue.finish(place.request("hasty", patience: 0), result)
        let later = MonotonicTime.now.advanced(milliseconds: 1)
        place.wait { later < .now }
        place.start()
        place.end()
        #expect(place.ends(of: "hasty").contains(.refused(.noStore)))
        #expect(place.ends(of: "hasty").contains(.takenBack))
        #expect(place.ends(of: "hasty").count == 2)
    }

    @Test("one that was not hashed is refused at once, though the thread is held up")
    func notHashed() {
        let place = Workplace()
        place.start()
        let gate = StopSignal()
        place.queue.finish(place.request("slow", until: gate), result)
        place.queue.refuse(place.request("unlucky"), because: .notHashed)
        place.wait { place.ends(of: "unlucky") == [.refused(.notHashed)] }
        gate.raise()
        place.end()
        #expect(place.ends(of: "unlucky") == [.refused(.notHashed), .takenBack])
    }

    @Test("the end waits for those whose time has not come, and finishes them")
    func held() {
        let place = Workplace()
        place.start()
        let due = MonotonicTime.now.advanced(milliseconds: 30)
        place.queue.finish(place.request("held"), result, from: due)
        place.end()
        #expect(place.ends(of: "held") == [.finished])
        #expect(MonotonicTime.now >= due)
    }
}
