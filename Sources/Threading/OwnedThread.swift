import CLinux
import Glibc

/// A POSIX thread that runs one function and is joined by whoever started it.
///
/// The libraries below block, so the service's threads are plain ones. What the function needs is
/// made inside of it and ends there; only `Sendable` values cross over.
@safe public final class OwnedThread: Sendable {
    private let thread: pthread_t

    private final class Body {
        let name: String
        let niceness: CInt
        let run: @Sendable () -> Void

        init(name: String, niceness: CInt, run: @escaping @Sendable () -> Void) {
            self.name = name
            self.niceness = niceness
            self.run = run
        }
    }

    /// Starts a thread (`pthread_create`).
    ///
    /// The function is nonisolated by its type: a closure that belonged to the main actor would trap
    /// as soon as another thread ran it.
    ///
    /// - Parameters:
    ///   - name: What `top -H` shows; at most 15 bytes are kept.
    ///   - niceness: -20 to 19, see `setpriority(2)`; a higher number yields to other threads.
    ///   - run: The function.
    /// - Precondition: The system has room for one more thread.
    public init(name: String, niceness: CInt = 0, run: @escaping @Sendable () -> Void) {
        let body = unsafe Unmanaged.passRetained(
            Body(name: name, niceness: niceness, run: run))
        var thread = pthread_t()
        let status = unsafe pthread_create(
            &thread, nil,
            { argument in
                guard let argument = unsafe argument else { return nil }
                let body = unsafe Unmanaged<Body>.fromOpaque(argument).takeRetainedValue()
                unsafe gatereeve_name_thread(String(body.name.prefix(15)))
                if body.niceness != 0 { _ = gatereeve_set_thread_nice(body.niceness) }
                // It may have been started by a thread that blocks all signals.
                gatereeve_unblock(SIGURG)
                body.run()
                return nil
            }, unsafe body.toOpaque())
        precondition(status == 0, "pthread_create failed with errno \(status)")
        self.thread = thread
    }

    /// Sends `SIGURG`, which does nothing but end a system call that is not begun anew after a
    /// signal (signal(7), "Interruption of system calls"): the thread gets `EINTR`.
    public func interrupt() {
        _ = Self.handlesInterrupt
        pthread_kill(thread, SIGURG)
    }

    /// Without a handler the signal would be ignored; that of signal(2) begins calls anew.
    private static let handlesInterrupt: Void = { _ = signal(SIGURG) { _ in } }()

    /// Waits until the function has returned (`pthread_join`); call it once.
    public func join() {
        pthread_join(thread, nil)
    }
}
