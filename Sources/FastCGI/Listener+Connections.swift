import CLinux
import Glibc
import Threading

extension Listener {
    /// Sleeps until there is a connection, and accepts it.
    ///
    /// Those that listen sleep in accept(2) itself: a connection wakes the one that has slept longest,
    /// and one that is still awake takes it without anybody being woken. How long a peer may then be
    /// silent is the monitor's matter, see ``WorkerActivity``.
    ///
    /// - Returns: The connection, or nil when the program should end: the signal is seen before each
    ///   sleep, and ``OwnedThread/interrupt()`` ends a sleep.
    func nextConnection(among workers: ListeningWorkers, until stop: StopSignal) -> CInt? {
        while !stop.isRaised {
            workers.begin()
            defer { workers.end() }
            guard !stop.isRaised else { return nil }
            let connection = gatereeve_accept(descriptor)
            if connection >= 0 { return connection }
            switch errno {
            case EMFILE, ENFILE, ENOMEM, ENOBUFS:
                // Nothing can be accepted until something else ends; do not spin meanwhile.
                _ = stop.wait(milliseconds: 20)
            case EAGAIN:
                // The limit of a sleep, or somebody else changed the open file that all share.
                Self.letSleep(descriptor)
            default: break
            }
        }
        return nil
    }
}
