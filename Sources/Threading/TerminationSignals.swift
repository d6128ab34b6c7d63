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

    /// Waits for one of them (`sigwait`).
    public func wait() {
        var set = self.set
        var received: CInt = 0
        while unsafe sigwait(&set, &received) != 0 {}
    }
}
