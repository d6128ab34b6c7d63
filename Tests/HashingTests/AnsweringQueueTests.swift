import Auth
import AuthAPI
import AuthTesting
import Synchronization
import Testing
import Threading

@testable import Hashing

@Suite("requests that wait for a store after their hash")
struct AnsweringQueueTests {
    /// A queue whose threads give them a store, and what becomes of them.
    private final class Workplace: Sendable {
        let ends = Mutex<[String: [ToldRequest.End]]>([:])
        let held = HeldAnswers()
        let queue: AnsweringQueue
        private let count: Int
        private let threads = Mutex<[OwnedThread]>([])

        init(threads count: Int = 1) {
            self.count = count
            queue = AnsweringQueue(threads: count, held: held)
        }

        func start() {
            let holding = OwnedThread(name: "holding") { [held] in held.run() }
            let answering = (0..<count).map { _ in
                OwnedThread(name: "answering") { [queue] in queue.run(store: MemoryStore()) }
            }
            threads.withLock { $0 = answering + [holding] }
        }

        /// Hands in a request whose password was hashed.
        ///
        /// - Parameters:
        ///   - patience: In microseconds; a minute unless said otherwise.
        ///   - gate: What its store waits for.
        func finish(
            _ name: String, _ result: PasswordWorkResult = .made("a hash"),
            patience: UInt64 = 60_000_000, isSuccess: Bool = true,
            refusalDue: MonotonicTime = .now, until gate: StopSignal? = nil
        ) {
            queue.finish(
                request(name, patience: patience, isSuccess: isSuccess, until: gate), result,
                refusalDue: refusalDue)
        }

        func request(
            _ name: String, patience: UInt64 = 60_000_000, isSuccess: Bool = true,
            until gate: StopSignal? = nil
        ) -> ToldRequest {
            ToldRequest(
                patience: patience, whenFinished: { _, _ in _ = gate?.wait(milliseconds: -1) },
                isSuccess: isSuccess,
                ended: { [self] end in ends.withLock { $0[name, default: []].append(end) } })
        }

        func ends(of name: String) -> [ToldRequest.End] { ends.withLock { $0[name] ?? [] } }

        func end() {
            let threads = threads.withLock { $0 }
            queue.close()
            for answering in threads.dropLast() { answering.join() }
            held.close()
            threads.last?.join()
        }
    }

    @Test(
        """
        while all threads are held up by slow stores, who waits longer than it may is refused, early or \
        late, and who may wait longer is not
        """)
    func overdue() {
        let place = Workplace(threads: 2)
        place.start()
        let gate = StopSignal()
        for name in ["slow", "slower"] { place.finish(name, until: gate) }
        place.finish("hasty", patience: 1000)
        place.finish("patient")
        // Longer than one look of who watches, so that there is another.
        place.finish("less hasty", patience: 240_000)
        for name in ["hasty", "less hasty"] {
            wait { place.ends(of: name).contains(.refused(.noStore)) }
        }
        for name in ["slow", "slower", "patient"] { #expect(place.ends(of: name) == []) }
        gate.raise()
        place.end()
        for name in ["slow", "slower", "patient"] { #expect(place.ends(of: name) == [.finished]) }
        for name in ["hasty", "less hasty"] {
            #expect(place.ends(of: name) == [.refused(.noStore), .takenBack])
        }
    }

    @Test("also when stores become slow again after everybody was finished")
    func overdueAgain() {
        let place = Workplace()
        place.start()
        for round in ["first", "second"] {
            let gate = StopSignal()
            place.finish("slow \(round)", until: gate)
            place.finish("hasty \(round)", patience: 1000)
            wait { place.ends(of: "hasty \(round)").contains(.refused(.noStore)) }
            gate.raise()
            wait { place.ends(of: "hasty \(round)").contains(.takenBack) }
        }
        place.end()
    }

    @Test("one that came too late to be refused by another thread is refused by its own")
    func overdueInItsTurn() {
        let place = Workplace()
        place.finish("hasty", patience: 0)
        let later = MonotonicTime.now.advanced(milliseconds: 101)
        wait { later < .now }
        place.start()
        place.end()
        #expect(place.ends(of: "hasty") == [.refused(.noStore), .takenBack])
    }

    @Test("a password that was found wrong is refused alike, and counted")
    func wrongPassword() {
        let place = Workplace()
        place.start()
        let gate = StopSignal()
        place.finish("slow", until: gate)
        place.finish("wrong", .compared(matches: false, upgraded: nil), patience: 1000)
        place.finish("right", .compared(matches: true, upgraded: nil), patience: 1000)
        wait { place.ends(of: "right").contains(.refused(.noStore)) }
        gate.raise()
        place.end()
        #expect(place.ends(of: "wrong") == [.refused(.noStore), .counted])
        #expect(place.ends(of: "right") == [.refused(.noStore), .takenBack])
    }

    @Test("whose patience begins later is refused later, though its turn could have come before")
    func laterPatience() {
        let place = Workplace()
        place.start()
        let gate = StopSignal()
        place.finish("slow", until: gate)
        let later = MonotonicTime.now.advanced(milliseconds: 200)
        place.finish("lenient", patience: 1000, refusalDue: later)
        place.finish("strict", patience: 1000)
        wait { place.ends(of: "strict").contains(.refused(.noStore)) }
        #expect(place.ends(of: "lenient") == [] || later < .now)
        wait { place.ends(of: "lenient").contains(.refused(.noStore)) }
        #expect(later < .now)
        gate.raise()
        place.end()
    }

    @Test("one that was not hashed is refused at once, though the thread is held up")
    func notHashed() {
        let place = Workplace()
        place.start()
        let gate = StopSignal()
        place.finish("slow", until: gate)
        place.queue.refuse(place.request("unlucky"))
        wait { place.ends(of: "unlucky") == [.refused(.notHashed)] }
        gate.raise()
        place.end()
        #expect(place.ends(of: "unlucky") == [.refused(.notHashed), .takenBack])
    }

    @Test("many threads take back one after the other")
    func oneTakesBack() {
        let place = Workplace(threads: 4)
        let busy = Atomic(0)
        let most = Atomic(0)
        let taken = Atomic(0)
        for _ in 0..<40 {
            place.queue.refuse(
                ToldRequest(ended: { end in
                    guard end == .takenBack else { return }
                    let now = busy.add(1, ordering: .relaxed).newValue
                    most.max(now, ordering: .relaxed)
                    _ = StopSignal().wait(milliseconds: 1)
                    busy.subtract(1, ordering: .relaxed)
                    taken.add(1, ordering: .relaxed)
                }))
        }
        place.start()
        wait { taken.load(ordering: .relaxed) == 40 }
        place.end()
        #expect(most.load(ordering: .relaxed) == 1)
    }

    @Test("so many are taken back as is promised, and all are refused")
    func manyRefused() {
        let place = Workplace()
        for number in 0..<1002 { place.queue.refuse(place.request("unlucky \(number)")) }
        place.start()
        wait {
            (0..<1002).allSatisfy { place.ends(of: "unlucky \($0)").contains(.refused(.notHashed)) }
        }
        place.end()
        let takenBack = (0..<1002).count { place.ends(of: "unlucky \($0)").contains(.takenBack) }
        #expect(takenBack == 1000)
    }

    @Test(
        "an answer that is no success is not given before a refusal would be, and holds no thread")
    func failureOfAMatch() {
        let place = Workplace()
        place.start()
        let due = MonotonicTime.now.advanced(milliseconds: 100)
        let given = Mutex<MonotonicTime?>(nil)
        let request = ToldRequest(isSuccess: false, ended: { _ in given.withLock { $0 = .now } })
        place.queue.finish(
            request, .compared(matches: true, upgraded: nil), refusalDue: due)
        place.finish("next")
        wait { place.ends(of: "next") == [.finished] }
        place.end()
        #expect(given.withLock { $0.map { $0 >= due } } == true)
    }

    @Test("what is written down for a request is put right when the store fails after its hash")
    func storeFails() {
        let place = Workplace()
        place.start()
        let ends = Mutex<[ToldRequest.End]>([])
        let request = ToldRequest(
            isSuccess: false, hasStoreFailed: true,
            ended: { end in ends.withLock { $0.append(end) } })
        place.queue.finish(
            request, .compared(matches: false, upgraded: nil), refusalDue: .now)
        place.end()
        #expect(ends.withLock { $0 } == [.finished, .counted])
    }

    @Test(
        "what a store has to do for a refusal is done before its time, and told at it, never before"
    )
    func punctual() {
        let place = Workplace()
        place.start()
        let early = Mutex<[Bool]>([])
        let done = Atomic(0)
        let far = MonotonicTime.now.advanced(milliseconds: 60_000)
        for distance in 1...20 {
            let due = MonotonicTime.now.advanced(milliseconds: distance)
            let request = ToldRequest(
                isSuccess: false,
                ended: { _ in early.withLock { $0.append(.now < due) } })
            place.queue.finish(request, .made("a hash"), refusalDue: due)
        }
        let request = ToldRequest(
            whenFinished: { _, _ in done.add(1, ordering: .relaxed) }, isSuccess: false)
        place.queue.finish(request, .made("a hash"), refusalDue: far)
        wait { done.load(ordering: .relaxed) == 1 }
        #expect(MonotonicTime.now < far)
        wait { early.withLock { $0.count } == 20 }
        #expect(early.withLock { $0 } == Array(repeating: false, count: 20))
        // The threads go on: their end would wait for the last one.
    }

    @Test("of more than a thousand that are held the next ones go early, and keep no thread")
    func crowd() {
        let place = Workplace()
        place.start()
        let due = MonotonicTime.now.advanced(milliseconds: 3_600_000)
        for number in 0..<1010 {
            place.finish("held \(number)", isSuccess: false, refusalDue: due)
        }
        wait { (0..<1010).count { place.ends(of: "held \($0)") == [.finished] } >= 10 }
        // The threads go on: their end would wait for the others.
    }

    @Test("the end waits for those whose time has not come, and tells them")
    func held() {
        let place = Workplace(threads: 2)
        place.start()
        let due = MonotonicTime.now.advanced(milliseconds: 30)
        place.finish("held", isSuccess: false, refusalDue: due)
        place.end()
        #expect(place.ends(of: "held") == [.finished])
        #expect(MonotonicTime.now >= due)
    }
}
