import Synchronization

/// The exchanges that nobody uses at the moment.
///
/// A worker keeps the one that it uses, and takes another when it has handed one on; that one comes
/// here when it has been answered. So a request that waits for a password hash holds no worker.
final class ExchangePool: Sendable {
    private let idle = Mutex<[FastCGIExchange]>([])
    /// How many idle ones are kept; the memory of a burst is given back.
    private let idleLimit = 64

    func take() -> FastCGIExchange {
        idle.withLock { $0.popLast() } ?? FastCGIExchange(pool: self)
    }

    func giveBack(_ exchange: FastCGIExchange) {
        idle.withLock { idle in
            if idle.count < idleLimit { idle.append(exchange) }
        }
    }
}
