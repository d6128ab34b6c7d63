import CLinux
import Glibc
import Threading

/// Where one worker waits for a connection or for the end.
///
/// Each worker has an epoll set of its own in which the listener is exclusive, so that a connection
/// wakes one of them and not all (`EPOLLEXCLUSIVE`, see epoll_ctl(2)).
struct ConnectionWaiter: ~Copyable {
    private let epoll: CInt
    private let listener: Listener
    private let stop: StopSignal

    init(listener: Listener, stop: StopSignal) {
        self.listener = listener
        self.stop = stop
        epoll = epoll_create1(CInt(EPOLL_CLOEXEC))
        precondition(epoll >= 0, "epoll_create1 failed with errno \(errno)")
        watch(listener.descriptor, EPOLLIN.rawValue | EPOLLEXCLUSIVE.rawValue)
        watch(stop.descriptor, EPOLLIN.rawValue)
    }

    deinit {
        close(epoll)
    }

    private func watch(_ descriptor: CInt, _ events: UInt32) {
        var event = unsafe epoll_event(events: events, data: epoll_data(fd: descriptor))
        let status = unsafe epoll_ctl(epoll, EPOLL_CTL_ADD, descriptor, &event)
        precondition(status == 0, "epoll_ctl failed with errno \(errno)")
    }

    /// Waits for a connection and accepts it.
    ///
    /// How long a peer may then be silent is the monitor's matter, see ``WorkerActivity``.
    ///
    /// - Parameter willWait: Called when there is none yet, before the wait.
    /// - Returns: The connection, or nil when the program should end.
    func next(willWait: () -> Void) -> CInt? {
        while !stop.isRaised {
            // Under load the next connection is already there, and no waiting call is needed.
            let connection = gatereeve_accept(listener.descriptor)
            if connection >= 0 { return connection }
            if errno == EMFILE || errno == ENFILE || errno == ENOMEM || errno == ENOBUFS {
                // Nothing can be accepted until something else ends; do not spin meanwhile.
                _ = stop.wait(milliseconds: 20)
                continue
            }
            willWait()
            unsafe withUnsafeTemporaryAllocation(of: epoll_event.self, capacity: 2) { events in
                _ = unsafe epoll_wait(epoll, events.baseAddress, 2, -1)
            }
        }
        return nil
    }
}
