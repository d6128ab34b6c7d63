internal import Glibc
import Synchronization

/// Keeps threads from all waiting for a database that does not answer; shared by all of a process.
///
/// While the database is well it lets everybody through. Once a connection could not be made or went
/// silent, one thread at a time may try, at most five times in a second, and all others fail at once.
/// Without it each thread would wait for the whole connect timeout, and requests behind them longer.
public final class ConnectionGate: Sendable {
    private enum State {
        case open
        /// Nobody may try before this moment, in nanoseconds of the monotonic clock.
        case shut(until: UInt64)
        /// Somebody is trying.
        case probing
    }

    /// The pause between two tries, in nanoseconds.
    private static let pause: UInt64 = 200_000_000

    private let state = Mutex(State.open)

    /// A gate that is open.
    public init() {}

    /// Whether the caller may try to connect; it must tell how that went.
    func mayConnect() -> Bool {
        state.withLock { state in
            switch state {
            case .open: return true
            case .probing: return false
            case .shut(let until):
                guard Self.now() >= until else { return false }
                state = .probing
                return true
            }
        }
    }

    /// A connection was made.
    func connected() {
        state.withLock { $0 = .open }
    }

    /// No connection could be made.
    func failed() {
        state.withLock { $0 = .shut(until: Self.now() + Self.pause) }
    }

    /// There was too little time to find out whether a connection can be made.
    func ranOut() {
        state.withLock { $0 = .shut(until: Self.now()) }
    }

    /// A connection that was used went silent: the next one to connect is a probe.
    func lost() {
        state.withLock { state in
            if case .open = state { state = .shut(until: Self.now()) }
        }
    }

    private static func now() -> UInt64 {
        var time = timespec()
        unsafe clock_gettime(CLOCK_MONOTONIC, &time)
        return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
    }
}
