import Auth
import HTTP
import HTTPTypes
import Synchronization

/// Whether requests can be answered now, looked up once in a second at most.
///
/// All workers share it, so that a monitor that asks often costs the database little.
final class Readiness: Sendable {
    private struct Finding {
        var isReady = false
        var goodUntil = Instant(unixSeconds: 0)
    }

    private let last = Mutex(Finding())

    /// - Parameter look: Asks the database.
    func check(at now: Instant, look: () -> Bool) -> Bool {
        let nextLook = now.advanced(seconds: 1)
        // A moment further away means that the clock was set back.
        let known: Bool? = last.withLock {
            now < $0.goodUntil && $0.goodUntil <= nextLook ? $0.isReady : nil
        }
        if let known { return known }
        let isReady = look()
        last.withLock { $0 = Finding(isReady: isReady, goodUntil: nextLook) }
        return isReady
    }
}

extension Endpoints {
    /// `GET /health/live`: the process answers; the database is not asked, because a restart would
    /// not mend it.
    func live(_ call: Call) -> Reply {
        .response(.json(.ok, Array(#"{"status":"live"}"#.utf8)))
    }

    /// `GET /health/ready`: the database answers from a real table, too.
    func ready(_ call: Call) throws(Problem) -> Reply {
        let isReady = readiness.check(at: call.context.now) {
            (try? call.store.checkReadiness()) != nil
        }
        guard isReady else { throw .unavailable }
        return .response(.json(.ok, Array(#"{"status":"ready"}"#.utf8)))
    }
}
