import Glibc
import Synchronization
import Threading

/// What one worker is doing; the monitor looks at it.
final class WorkerActivity: Sendable {
    private enum Phase {
        case idle
        /// Receives the head or the body of a request on a connection.
        case reading(connection: CInt, since: MonotonicTime)
        /// The same for too long: nothing more is read from the connection, but the worker may be writing.
        case cut(connection: CInt, since: MonotonicTime)
        /// Has everything and works.
        case working(since: MonotonicTime)
        /// Takes no more requests.
        case left
    }

    /// How long a request may take to arrive, in milliseconds.
    ///
    /// The monitor looks five times in a second, so that the worker is free again within two seconds.
    static let readingLimit: UInt64 = 1500
    /// A worker that is busy for longer than every deadline of a request is stuck; in seconds.
    private static let workingLimit: UInt64 = 30

    private let phase = Mutex(Phase.idle)

    func startReading(on connection: CInt, at now: MonotonicTime) {
        phase.withLock { $0 = .reading(connection: connection, since: now) }
    }

    /// The whole request is there; from now on the connection is left alone.
    func stopReading() {
        phase.withLock { phase in
            switch phase {
            case .reading(_, let since), .cut(_, let since): phase = .working(since: since)
            case .idle, .working, .left: break
            }
        }
    }

    func becomeIdle() {
        phase.withLock { $0 = .idle }
    }

    func leave() {
        phase.withLock { $0 = .left }
    }

    /// Wakes the worker if it sleeps for want of a connection, or of the rest of a request for too long.
    ///
    /// One that has a request is left alone; under the lock it cannot get one meanwhile.
    ///
    /// - Returns: Whether it has left.
    func wake(_ thread: OwnedThread) -> Bool {
        _ = check(at: .now)
        return phase.withLock { phase in
            if case .idle = phase { thread.interrupt() }
            if case .left = phase { return true }
            return false
        }
    }

    /// Ends a request that takes too long to arrive, and says whether the worker moves.
    ///
    /// A time limit for each read does not suffice: a peer could send one byte at a time.
    func check(at now: MonotonicTime) -> Bool {
        phase.withLock { phase in
            switch phase {
            case .idle, .left: return true
            case .reading(let connection, let since):
                if since.nanoseconds(to: now) > Self.readingLimit * 1_000_000 {
                    // Wakes the worker; under the lock the connection cannot be another one yet.
                    shutdown(connection, CInt(SHUT_RD))
                    phase = .cut(connection: connection, since: since)
                }
                return true
            case .cut(let connection, let since):
                // libfcgi answers records of management while it reads, and a peer that does not read them
                // would hold the worker for ever. Once is enough.
                shutdown(connection, CInt(SHUT_RDWR))
                phase = .working(since: since)
                return true
            case .working(let since):
                return since.nanoseconds(to: now) < Self.workingLimit * 1_000_000_000
            }
        }
    }
}
