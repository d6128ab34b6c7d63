import ArgumentParser
import Auth
import AuthAPI
import AuthStore
import FastCGI
import Glibc
import Hashing
import Logging
import MariaDB
import Settings
import Telemetry
import Threading

/// `gatereeve serve`.
struct ServeCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "serve",
        abstract: "Answer the requests that nginx hands over by FastCGI.",
        discussion: """
            Listens on descriptor 0 when that is a listening socket, as under systemd, else on the \
            unix socket of server.listen. SIGTERM and SIGINT end it: it takes no further request, \
            answers those that it has, and leaves.
            """)

    @OptionGroup var options: SettingsOptions

    func run() throws {
        let signals = TerminationSignals()
        try ServiceStart.run(signals) { try serve(signals) }
    }

    private func serve(_ signals: TerminationSignals) throws {
        let values = try options.load()
        let logger = Logger(values)
        let database = ConnectionSettings(values)
        let fields = values.userFields.map { CustomField($0) }
        let metrics = try ServiceMetrics(values)
        let pool = HashingPool(HashingPool.Settings(values), observer: metrics)
        let endpoints = try Endpoints(
            values, customFields: fields, metrics: MetricsPage(metrics: metrics))
        try DatabaseReadiness.await(
            database, fields: fields, signals: signals, logger: logger)
        let columns = try CustomFieldColumns(fields)
        let gate = ConnectionGate()
        // Before there are threads: a fault here ends the program.
        let listener = try listener(values)
        pool.start(hasher: try PasswordHasher(values)) {
            MariaDBStore(database, gate: gate, customFields: columns, observer: metrics)
        }
        let stop = StopSignal()
        let responder = Responder(
            listener: listener, listening: ThreadCounts.listeningWorkers, stop: stop)
        let prefix = values[PublicSettings.prefix]
        let workers = ThreadCounts.workers(values)
        // One for each worker, and one for the hashing threads.
        let logs = (0...workers).map { _ in RequestLog(values, metrics: metrics) }
        responder.start(count: workers) { number in
            Service(
                prefix: prefix, endpoints: endpoints,
                store: MariaDBStore(
                    database, gate: gate, customFields: columns, observer: metrics),
                queue: pool,
                observer: logs[number], hashingObserver: logs[workers], clock: { .now })
        }
        let manager = ServiceManager()
        metrics.enter(at: UInt64(time(nil)))
        manager.tell(.ready)
        logger.notice("serving", metadata: ["workers": "\(workers)"])

        let waiter = OwnedThread(name: "signals") {
            signals.wait()
            manager.tell(.stopping)
            stop.raise()
        }
        responder.monitor(every: 200) { everyWorkerMoves in
            if everyWorkerMoves, pool.everyThreadMoves() { manager.tell(.watchdog) }
            for log in logs { log.flush() }
        }
        logger.notice("stopping")
        waiter.join()
        responder.join()
        pool.drain()
        for log in logs { log.flush() }
        metrics.leave()
        logger.notice("stopped")
    }

    private func listener(_ values: SettingValues) throws -> Listener {
        if let inherited = Listener.inherited() { return inherited }
        let path = values[ServerKeys.listen]
        do throws(Listener.Fault) {
            return try Listener.bind(
                path: path, mode: mode_t(values[ServerKeys.socketMode]),
                backlog: CInt(values[ServerKeys.backlog]))
        } catch {
            switch error {
            case .inUse:
                Complaint.print("\(path): another process answers there (server.listen)")
            case .pathLength(let length):
                Complaint.print(
                    "server.listen: a unix socket path has 1 to 107 bytes, this one \(length)")
            case .system(let call, let errno):
                Complaint.print(
                    "\(path): \(call) failed: \(String(cString: strerror(errno))) (server.listen)")
            }
            throw ExitCode(71)
        }
    }
}

extension Instant {
    /// The time of the system (`clock_gettime` with `CLOCK_REALTIME`).
    static var now: Instant {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        return Instant(
            unixMicroseconds: Int64(time.tv_sec) * 1_000_000 + Int64(time.tv_nsec) / 1000)
    }
}
