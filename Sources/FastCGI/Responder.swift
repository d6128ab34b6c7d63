import CFastCGI
import Glibc
public import HTTP
public import Threading

/// Answers FastCGI requests with a number of worker threads.
///
/// A worker waits, accepts, receives one request and hands it to its own handler; nothing is shared
/// between workers but the listener and the pool of exchanges.
public final class Responder {
    private let listener: Listener
    private let stop: StopSignal
    let listening: ListeningWorkers
    private let pool = ExchangePool()
    private var workers: [OwnedThread] = []
    private var activities: [WorkerActivity] = []

    /// - Parameters:
    ///   - listener: Where the web server connects; never closed here.
    ///   - listening: How many idle workers wait for a connection at the same time, 1 or more; little
    ///     more than there are processors is best, see `docs/decisions/0023-few-workers-listen.md`.
    ///   - stop: When it is raised the workers finish what they accepted and leave.
    public init(listener: Listener, listening: Int, stop: StopSignal) {
        self.listener = listener
        self.listening = ListeningWorkers(limit: listening)
        self.stop = stop
        FCGX_Init()
    }

    /// Starts the workers.
    ///
    /// - Parameters:
    ///   - count: How many, 1 or more: so many cheap requests are answered at the same time.
    ///   - makeHandler: Makes the handler of a worker, in its thread; its argument is the number of
    ///     the worker from 0.
    public func start(count: Int, makeHandler: @escaping @Sendable (Int) -> any ExchangeHandler) {
        for number in 0..<count {
            let activity = WorkerActivity()
            activities.append(activity)
            workers.append(
                OwnedThread(name: "worker-\(number)") { [listener, listening, stop, pool] in
                    let handler = makeHandler(number)
                    var exchange = pool.take()
                    while let connection = listener.nextConnection(among: listening, until: stop) {
                        guard exchange.receive(on: connection, activity: activity) else { continue }
                        // Mostly the worker keeps its exchange, and no shared lock is taken.
                        if !handler.handle(exchange) { exchange = pool.take() }
                        activity.becomeIdle()
                    }
                    activity.leave()
                })
        }
    }

    /// Looks after the workers until the stop signal.
    ///
    /// Ends requests that take too long to arrive.
    ///
    /// - Parameters:
    ///   - interval: How often it looks, in milliseconds.
    ///   - report: Told each time whether every worker moves.
    public func monitor(every interval: CInt, report: (_ everyWorkerMoves: Bool) -> Void) {
        while !stop.wait(milliseconds: interval) {
            let now = MonotonicTime.now
            // Each one is checked, whatever was found before.
            let moving = activities.map { $0.check(at: now) }
            report(moving.allSatisfy { $0 })
        }
    }

    /// Waits until all workers have left, after the stop signal.
    ///
    /// They answer what has arrived; a request that takes too long to arrive is ended as ever.
    public func join() {
        listening.callAll(of: workers.count)
        // One may just have seen that there is no signal, and sleep only then: ask until all have left.
        while zip(activities, workers).filter({ !$0.wake($1) }).count > 0 { usleep(500) }
        for worker in workers { worker.join() }
        workers = []
    }
}
