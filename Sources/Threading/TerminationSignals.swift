import Glibc

/// The signals that ask the program to end: `SIGTERM` and `SIGINT`.
public struct TerminationSignals: Sendable {
    private let set: sigset_t

    /// Blocks them in this thread, hence in all threads that it starts from here on, so that only
    /// ``wait()`` receives them.
    public init() {
        var set = sigset_t()
        unsafe sigemptyset(&set)
        unsafe sigaddset(&set, SIGTERM)
        unsafe sigaddset(&set, SIGINT)
        unsafe pthread_sigmask(SIG_BLOCK, &set, nil)
        self.set = set
        // A peer that has gone must not end the process.
        signal(SIGPIPE, SIG_IGN)
    }

    /// Waits for one of them, or until the time is over (`sigtimedwait`).
    ///
    /// - Returns: Whether one came.
    public func wait(milliseconds: Int) -> Bool {
        var set = self.set
        let end = MonotonicTime.now.advanced(milliseconds: milliseconds)
        while true {
            let rest = MonotonicTime.now.nanoseconds(to: end)
            var time = timespec(
                tv_sec: Int(rest / 1_000_000_000), tv_nsec: Int(rest % 1_000_000_000))
            if unsafe sigtimedwait(&set, nil, &time) >= 0 { return true }
            // Another signal may have interrupted it.
            if errno != EINTR { return false }
        }
    }

    /// Waits for one of them (`sigwait`).
    public func wait() {
        var set = self.set
        var received: CInt = 0
        while unsafe sigwait(&set, &received) != 0 {}
    }
}
