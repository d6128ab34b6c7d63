import Synchronization
import Testing
import Threading

@testable import FastCGI

@Suite("how many idle workers listen")
struct ListeningWorkersTests {
    /// Threads that came to listen; each ends when it has stopped resting and is told to.
    private final class Idle: Sendable {
        let workers: ListeningWorkers
        private let threads: [OwnedThread]

        init(_ count: Int, limit: Int) {
            let workers = ListeningWorkers(limit: limit)
            self.workers = workers
            threads = (0..<count).map { number in
                OwnedThread(name: "idle-\(number)") { workers.begin() }
            }
        }

        /// Waits until so many listen and so many rest; false when it does not come to that.
        func become(listening: Int, resting: Int) -> Bool {
            becomesTrue { workers.now == (listening, resting) }
        }

        func join() {
            workers.callAll(of: threads.count)
            for thread in threads { thread.join() }
        }
    }

    @Test("no more than the limit listen, the others rest")
    func limit() {
        let idle = Idle(5, limit: 2)
        #expect(idle.become(listening: 2, resting: 3))
        idle.join()
    }

    @Test("one leaves its rest when the last that listened has got a connection, not before")
    func relief() {
        let idle = Idle(4, limit: 2)
        #expect(idle.become(listening: 2, resting: 2))
        idle.workers.end()
        #expect(idle.workers.now == (1, 2))
        idle.workers.end()
        #expect(idle.workers.now == (1, 1))
        idle.workers.end()
        #expect(idle.workers.now == (1, 0))
        // Nobody is left to be called.
        idle.workers.end()
        #expect(idle.workers.now == (0, 0))
        idle.join()
    }

    @Test("who comes back listens, if too few do")
    func comeBack() {
        let idle = Idle(3, limit: 2)
        #expect(idle.become(listening: 2, resting: 1))
        idle.workers.end()
        idle.workers.begin()
        #expect(idle.workers.now == (2, 1))
        idle.join()
    }

    @Test("workers that rest answer as many requests at once as there are workers")
    func all() throws {
        let place = try ResponderWorkplace()
        let (arrived, answers) = try place.serve(workers: 8, listening: 1) { place in
            let answers = Mutex<[String?]>([])
            let clients = (0..<8).map { number in
                OwnedThread(name: "client-\(number)") {
                    let answer = place.ask(RawRecord.request("GET", "/wait"))
                    answers.withLock { $0.append(answer) }
                }
            }
            let arrived = place.waitForRequests(8)
            place.state.gate.raise()
            for client in clients { client.join() }
            return (arrived, answers.withLock { $0.count { $0 != nil } })
        }
        #expect(arrived)
        #expect(answers == 8)
    }
}
