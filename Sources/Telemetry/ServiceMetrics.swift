/// What the service counts; see docs/monitoring.md.
public struct ServiceMetrics: Sendable {
    /// Every value that a label may have.
    public struct Names: Sendable {
        /// The routes.
        public var routes: [String]
        /// Why something is refused.
        public var reasons: [String]
        /// What fails behind a 503.
        public var failureCauses: [String]
        /// How a login ends.
        public var loginOutcomes: [String]
        /// What goes wrong with the database.
        public var databaseErrorKinds: [String]

        /// Names of their parts.
        public init(
            routes: [String], reasons: [String], failureCauses: [String],
            loginOutcomes: [String], databaseErrorKinds: [String]
        ) {
            self.routes = routes
            self.reasons = reasons
            self.failureCauses = failureCauses
            self.loginOutcomes = loginOutcomes
            self.databaseErrorKinds = databaseErrorKinds
        }
    }

    /// Why the counters cannot be kept in a file.
    public struct Fault: Error, Hashable, Sendable {
        /// The file.
        public let path: String
        /// The number of the system.
        public let errno: CInt
    }

    let board: MetricsBoard
    let catalogue: MetricsCatalogue

    /// - Parameters:
    ///   - directory: The folder that all instances share; nil keeps the counters in this process.
    ///   - instance: The name of this instance, unlike those of the others.
    public init(
        directory: String?, instance: String, names: Names
    ) throws(Fault) {
        catalogue = MetricsCatalogue(names)
        do throws(MetricsBoard.Fault) {
            board = try MetricsBoard(
                directory: directory, instance: instance, layout: catalogue.layout)
        } catch {
            throw Fault(path: error.path, errno: error.errno)
        }
    }

    /// Whether what this instance counts is in the metrics; not where its file found no room.
    public var areKept: Bool { board.hasRoom }

    /// Counts one answered request.
    ///
    /// - Parameters:
    ///   - route: Its name; nil when there was no route.
    ///   - reason: Why it was refused; nil when it was not.
    ///   - failure: What failed when it was answered with 503; else nil.
    public func countRequest(
        route: String?, status: Int, microseconds: UInt64, reason: String?, failure: String?
    ) {
        let route = catalogue.position(ofRoute: route)
        board.add(1, to: catalogue.requests.cell(route, catalogue.position(ofStatus: status)))
        count(microseconds, in: catalogue.durations, value: route)
        if let reason {
            board.add(1, to: catalogue.refusals.cell(route, catalogue.position(ofReason: reason)))
        }
        if let failure {
            board.add(1, to: catalogue.failures.cell(route, catalogue.position(ofCause: failure)))
        }
    }

    /// Counts one login by its outcome.
    public func countLogin(_ outcome: String) {
        guard let position = catalogue.loginOutcomes[outcome] else { return }
        board.add(1, to: catalogue.logins.cell(position))
    }

    /// Counts the tokens that a client was given.
    public func countTokens(access: Bool, refresh: Bool) {
        if access { board.add(1, to: catalogue.tokens.cell(0)) }
        if refresh { board.add(1, to: catalogue.tokens.cell(1)) }
    }

    /// Counts a connection to the database that was made.
    public func countDatabaseConnection() {
        board.add(1, to: catalogue.databaseConnections.cell())
    }

    /// Counts an error of the database.
    public func countDatabaseError(_ kind: String) {
        guard let position = catalogue.databaseErrorKinds[kind] else { return }
        board.add(1, to: catalogue.databaseErrors.cell(position))
    }

    /// One password more, or less, waits to be hashed.
    public func changeHashingQueue(by amount: Int) {
        board.add(amount, to: MetricsBoard.hashingQueueCell)
    }

    /// Counts how long a password waited to be hashed.
    public func countHashingWait(microseconds: UInt64) {
        count(microseconds, in: catalogue.hashing, value: 0)
    }

    /// Counts how long it took to hash a password.
    public func countHashing(microseconds: UInt64) {
        count(microseconds, in: catalogue.hashing, value: 1)
    }

    private func count(_ microseconds: UInt64, in family: HistogramFamily, value: Int) {
        let cells = family.cells(value: value, microseconds: microseconds)
        board.add(1, to: cells.bucket)
        board.add(Int(clamping: microseconds), to: cells.sum)
    }

    /// Says that the instance serves from now on.
    ///
    /// - Parameter started: Now, in seconds since 1970.
    public func enter(at started: UInt64) {
        board.enter(at: started)
    }

    /// Says that the instance ends because it was told to, and is not missed.
    public func leave() {
        board.leave()
    }
}
