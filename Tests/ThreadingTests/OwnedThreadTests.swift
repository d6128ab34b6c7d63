import Glibc
import Synchronization
import Testing
import Threading

@Suite("threads and clocks")
struct OwnedThreadTests {
    @Test("a thread has run when it was joined, under its name and at its priority")
    func runs() {
        let found = Mutex((name: "", niceness: CInt(0)))
        let niceness = getpriority(__priority_which_t(0), 0)
        OwnedThread(name: "a name that is too long", niceness: 19) {
            let file = open("/proc/thread-self/comm", O_RDONLY)
            var name = [UInt8](repeating: 0, count: 16)
            let count = read(file, &name, name.count)
            close(file)
            let text = String(decoding: name.prefix(max(0, count - 1)), as: UTF8.self)
            found.withLock { $0 = (text, getpriority(__priority_which_t(0), 0)) }
        }.join()
        #expect(found.withLock { $0.name } == "a name that is ")
        #expect(found.withLock { $0.niceness } == 19)
        #expect(getpriority(__priority_which_t(0), 0) == niceness, "others keep theirs")
    }

    @Test("the clock runs forward")
    func clock() {
        let before = MonotonicTime.now
        let after = MonotonicTime.now
        #expect(before <= after)
        #expect(after.nanoseconds(to: MonotonicTime(nanoseconds: 0)) == 0)
        let moment = MonotonicTime(nanoseconds: 5_000_000)
        #expect(moment.nanoseconds(to: MonotonicTime(nanoseconds: 7_000_001)) == 2_000_001)
        #expect(moment.advanced(milliseconds: 2).nanoseconds == 7_000_000)
    }
}
