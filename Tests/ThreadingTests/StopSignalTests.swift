import Glibc
import Synchronization
import Testing
import Threading

@Suite("the signal to end")
struct StopSignalTests {
    private func isReadable(_ stop: StopSignal) -> Bool {
        var poll = pollfd(fd: stop.descriptor, events: Int16(POLLIN), revents: 0)
        return Glibc.poll(&poll, 1, 0) == 1
    }

    @Test("it is not raised until it is raised")
    func notRaised() {
        let stop = StopSignal()
        #expect(!stop.isRaised)
        #expect(!stop.wait(milliseconds: 0))
        #expect(!stop.wait(milliseconds: 20))
        #expect(!isReadable(stop))
    }

    @Test("once raised it stays so for all who watch, however often it is raised")
    func raised() {
        let stop = StopSignal()
        for _ in 0..<3 {
            stop.raise()
            #expect(stop.isRaised)
            #expect(isReadable(stop))
            #expect(stop.wait(milliseconds: 0) && stop.wait(milliseconds: -1))
        }
    }

    @Test("it wakes every thread that waits for it")
    func wakes() {
        let stop = StopSignal()
        let woken = Atomic(0)
        let threads = (0..<4).map { _ in
            OwnedThread(name: "waits") {
                if stop.wait(milliseconds: -1) { woken.add(1, ordering: .relaxed) }
            }
        }
        stop.raise()
        for thread in threads { thread.join() }
        #expect(woken.load(ordering: .relaxed) == 4)
    }
}
