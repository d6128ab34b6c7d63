import Testing
import Threading

@testable import FastCGI

@Suite("what the monitor sees of a worker")
struct WorkerActivityTests {
    private func moment(_ seconds: Double) -> MonotonicTime {
        MonotonicTime(nanoseconds: UInt64((1000 + seconds) * 1_000_000_000))
    }

    @Test("a worker that works on one request for half a minute is stuck, until it is idle again")
    func stuck() {
        let activity = WorkerActivity()
        #expect(activity.check(at: moment(0)))
        // No descriptor: nothing is to be shut down here.
        activity.startReading(on: -1, at: moment(0))
        activity.stopReading()
        #expect(activity.check(at: moment(29.9)))
        #expect(!activity.check(at: moment(30)))
        #expect(!activity.check(at: moment(60)))
        activity.becomeIdle()
        #expect(activity.check(at: moment(60)))
    }

    @Test("a worker whose request took too long to arrive has still to answer it, and may be stuck")
    func cutOff() {
        let activity = WorkerActivity()
        activity.startReading(on: -1, at: moment(0))
        #expect(activity.check(at: moment(2)))
        #expect(activity.check(at: moment(29.9)))
        #expect(!activity.check(at: moment(30)))
        activity.becomeIdle()
        #expect(activity.check(at: moment(30)))
    }

    @Test("a worker that waits for a request, however long, is not stuck")
    func idle() {
        let activity = WorkerActivity()
        activity.becomeIdle()
        #expect(activity.check(at: moment(100_000)))
    }
}
