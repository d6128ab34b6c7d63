internal import Glibc

/// The connection of one thread, made when it is first needed and replaced when it is dead.
///
/// It is not `Sendable`: each worker makes its own inside of its thread. It runs work again only
/// where it is certain that the first run left nothing behind.
public final class ReconnectingConnection {
    private let settings: ConnectionSettings
    private let gate: ConnectionGate
    private let observer: (any ConnectionObserver)?
    private var current: Connection?
    private var deadline: ContinuousClock.Instant?
    /// Until when the current one is taken for alive without another look.
    private var trustedUntil = ContinuousClock.now
    /// How long a look is good for.
    ///
    /// None on TCP: there a statement that is sent to a session that has ended is lost, and nobody knows
    /// what became of it. A unix socket tells at once that nothing was sent.
    private let trust: Duration
    /// How long connecting has to have at least: where the queue of a unix socket is full, libmariadb
    /// tries again for up to two seconds.
    private static let leastConnectTime: Duration = .milliseconds(200)

    /// Remembers the settings; connects later.
    ///
    /// - Parameters:
    ///   - gate: Shared with the other threads of the process.
    ///   - observer: Told of connections and errors.
    public init(
        _ settings: ConnectionSettings, gate: ConnectionGate = ConnectionGate(),
        observer: (any ConnectionObserver)? = nil
    ) {
        self.settings = settings
        self.gate = gate
        self.observer = observer
        trust = if case .socket = settings.server { .milliseconds(100) } else { .zero }
    }

    /// Begins work that has to end.
    ///
    /// It bounds the sum of many statements of which each is slow but none too slow by itself.
    /// Connecting has to end by then, the last statement a moment later; see ``WaitLimit``.
    ///
    /// - Parameter deadline: When nothing more is begun; nil, as at first, for never.
    public func begin(until deadline: ContinuousClock.Instant?) {
        self.deadline = deadline
    }

    /// Connects when there is no live connection, without a deadline; that it fails is no news.
    ///
    /// For work that has too little time left to connect, again and again.
    public func recover() {
        guard current?.isUsable != true else { return }
        deadline = nil
        _ = try? liveConnection(failingAs: MariaDBError.self)
    }

    /// Lends a live connection for statements that each commit by themselves.
    ///
    /// When the connection proves dead before the first statement of `body` could be sent, `body`
    /// runs once more on a new one. Any later failure goes to the caller: a statement whose answer
    /// was lost may have been carried out.
    ///
    /// - Throws: What `body` throws, or ``MariaDBError/connectFailed(_:)``.
    public func use<Result, Failure: MariaDBFailure>(
        _ body: (Connection) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        let connection = try liveConnection(failingAs: Failure.self)
        connection.hasActed = false
        do throws(Failure) {
            return try body(connection)
        } catch {
            note(error)
            guard error.databaseError == .connectionLost(.serverGone), !connection.hasActed else {
                noteLoss(error)
                throw error
            }
        }
        let fresh = try liveConnection(failingAs: Failure.self)
        do throws(Failure) {
            return try body(fresh)
        } catch {
            note(error)
            throw error
        }
    }

    /// Lends a live connection for one statement that commits by itself, and again after a conflict
    /// with a transaction of somebody else.
    ///
    /// The server has undone a statement that ended in a deadlock, met a changed row, or was not given
    /// a lock. It is run again as often, and after such pauses, as in a transaction; after any other
    /// failure as in ``use(_:)``. When `body` runs more than one statement, all must bear repeating.
    ///
    /// - Parameter deadline: No run begins after it; asked for at the first conflict.
    /// - Throws: What the last run threw.
    public func use<Result, Failure: MariaDBFailure>(
        repeatingConflictsUntil deadline: @autoclosure () -> ContinuousClock.Instant,
        _ body: (Connection) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        // Not after a lost connection: the statement may have been carried out.
        try again(until: deadline(), after: { $0.kind == .conflict || $0.kind == .lockTimeout }) {
            () throws(Failure) in try use(body)
        }
    }

    /// Runs a transaction, and runs it again as a whole after a conflict with another one.
    ///
    /// Again: up to five times after a deadlock or a changed row, with a pause of 1 to 40 ms; once
    /// after a lock that was not free in time; once on a new connection when the old one was lost
    /// before COMMIT. `body` must do nothing that cannot be repeated, outside of the database.
    ///
    /// - Parameter deadline: No run begins that could not have a connection by then.
    /// - Throws: What the last run threw; see ``Connection/transaction(_:)``.
    public func transaction<Result, Failure: MariaDBFailure>(
        until deadline: ContinuousClock.Instant,
        _ body: (Connection) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        try again(until: deadline, after: { _ in true }) { () throws(Failure) in
            let connection = try liveConnection(failingAs: Failure.self)
            do throws(Failure) {
                return try connection.transaction(body)
            } catch {
                note(error)
                noteLoss(error)
                throw error
            }
        }
    }

    /// Runs something, and runs it again after failures that leave nothing behind, within the budget.
    ///
    /// - Parameter isRepeatable: Which of those failures count.
    private func again<Result, Failure: MariaDBFailure>(
        until deadline: @autoclosure () -> ContinuousClock.Instant,
        after isRepeatable: (MariaDBError) -> Bool, _ run: () throws(Failure) -> Result
    ) throws(Failure) -> Result {
        var end: ContinuousClock.Instant?
        var budget = RetryBudget()
        var generator = SystemRandomNumberGenerator()
        while true {
            do throws(Failure) {
                return try run()
            } catch {
                let limit = end ?? deadline()
                end = limit
                guard let fault = error.databaseError, isRepeatable(fault),
                    let pause = budget.pause(after: fault, using: &generator),
                    isWorthwhile(after: pause, until: limit)
                else { throw error }
                Self.sleep(pause)
            }
        }
    }

    /// Ends the session, if there is one; the next use makes another.
    public func close() {
        current?.close()
        current = nil
    }

    private func liveConnection<Failure: MariaDBFailure>(
        failingAs: Failure.Type
    ) throws(Failure) -> Connection {
        let now = ContinuousClock.now
        if let deadline, deadline < now { throw Failure(.timeIsOver) }
        if let current, isAlive(current, at: now) {
            current.deadline = deadline
            return current
        }
        close()
        let patience = settings.connectTime
        let time = deadline.map { min($0 - now, patience) } ?? patience
        if time < Self.leastConnectTime { throw Failure(.timeIsOver) }
        guard gate.mayConnect() else { throw Failure(.connectFailed(.serverUnreachable)) }
        do throws(MariaDBError) {
            let fresh = try Connection(settings, within: time)
            gate.connected()
            fresh.deadline = deadline
            observer?.connectionOpened()
            current = fresh
            return fresh
        } catch {
            // With less time than the settings give, it is no proof that there is no server.
            if time < patience, .now - now >= time { gate.ranOut() } else { gate.failed() }
            if let kind = error.kind { observer?.databaseFailed(kind) }
            throw Failure(error)
        }
    }

    private func isAlive(_ connection: Connection, at now: ContinuousClock.Instant) -> Bool {
        guard connection.isUsable else { return false }
        if now < trustedUntil { return true }
        guard connection.isQuiet else { return false }
        trustedUntil = now + trust
        return true
    }

    private func note(_ error: some MariaDBFailure) {
        guard let observer, let kind = error.databaseError?.kind else { return }
        observer.databaseFailed(kind)
    }

    private func noteLoss(_ error: some MariaDBFailure) {
        if error.databaseError?.isConnectionLost == true { gate.lost() }
    }

    private func isWorthwhile(
        after pause: Duration, until deadline: ContinuousClock.Instant
    ) -> Bool {
        let connecting: Duration =
            current?.isUsable == true ? .zero : settings.connectTime
        return ContinuousClock.now + pause + connecting <= deadline
    }

    private static func sleep(_ pause: Duration) {
        usleep(UInt32(clamping: pause.components.attoseconds / 1_000_000_000_000))
    }
}
