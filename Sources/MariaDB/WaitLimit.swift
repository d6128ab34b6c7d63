internal import CMariaDB
internal import CSocketWait
internal import Glibc

/// How long the calling thread waits for a server, all its waits together.
///
/// `MYSQL_OPT_READ_TIMEOUT` is for each wait: a server that sends a byte a second would never be given up.
/// Whoever talks to a server begins a limit first; it holds until the next one.
enum WaitLimit {
    /// How long a statement may take that is sent when the work should have ended.
    ///
    /// A little longer than the server lets it run, so that the server's clear answer comes first.
    private static let lastStatement: Duration = .milliseconds(1750)

    /// Lets libmariadb wait for this connection as this type says.
    static func govern(_ handle: UnsafeMutablePointer<MYSQL>) {
        _ = unsafe mysql_options(handle, MARIADB_OPT_IO_WAIT, gatereeve_socket_wait())
    }

    /// Begins a limit for one exchange with the server.
    ///
    /// - Parameters:
    ///   - seconds: How long the exchange may take; 0 for ever.
    ///   - deadline: When the work that it belongs to should have ended.
    static func begin(seconds: UInt32, deadline: ContinuousClock.Instant?) {
        var limit = Duration.seconds(Int64(seconds))
        if let deadline {
            let rest = max(deadline - .now, .zero) + lastStatement
            limit = seconds == 0 ? rest : min(limit, rest)
        }
        begin(limit)
    }

    private static func begin(_ limit: Duration) {
        guard limit > .zero else { return gatereeve_unlimit_waits() }
        gatereeve_limit_waits(nanoseconds(limit))
    }

    /// Begins the limit for connecting.
    static func begin(connectingWithin limit: Duration) {
        gatereeve_limit_connecting(nanoseconds(limit))
    }

    private static func nanoseconds(_ duration: Duration) -> UInt64 {
        let (seconds, attoseconds) = duration.components
        return UInt64(seconds) * 1_000_000_000 + UInt64(attoseconds / 1_000_000_000)
    }

    /// Whether the limit is reached.
    static var isReached: Bool { gatereeve_are_waits_over() != 0 }

    /// Lets nothing more be read from a connection, not even what a library reads to clean up.
    static func hangUp(_ handle: UnsafeMutablePointer<MYSQL>) {
        unsafe shutdown(mysql_get_socket(handle), Int32(SHUT_RDWR))
    }
}
