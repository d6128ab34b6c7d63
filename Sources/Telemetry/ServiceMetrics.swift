/// What the service counts; see docs/monitoring.md.
public struct ServiceMetrics: Sendable {
    private let board: MetricsBoard
    private let requests: CounterFamily
    private let durations: HistogramFamily
    private let refusals: CounterFamily
    private let failures: CounterFamily
    private let routes: [String: Int]
    private let statuses: [Int: Int]
    private let reasons: [String: Int]

    /// The statuses that the service answers with.
    private static let statusCodes = [
        200, 201, 205, 400, 401, 404, 405, 406, 413, 415, 429, 503,
    ]

    /// - Parameters:
    ///   - board: Where the counters are.
    ///   - routes: The names of all routes.
    ///   - reasons: Every reason for which something is refused.
    public init(board: MetricsBoard, routes: [String], reasons: [String]) {
        self.board = board
        let routeNames = routes + ["none"]
        let statusNames = Self.statusCodes.map(String.init) + ["other"]
        let reasonNames = reasons + ["other"]
        requests = CounterFamily(
            name: "gatereeve_requests_total", help: "Answered requests.",
            labels: [("route", routeNames), ("status", statusNames)], firstCell: 0)
        durations = HistogramFamily(
            name: "gatereeve_request_seconds",
            help: "Time from the first byte of a request to its answer.",
            label: ("route", routeNames), firstCell: requests.cellCount)
        refusals = CounterFamily(
            name: "gatereeve_refusals_total", help: "Refused requests by what was wrong.",
            labels: [("route", routeNames), ("reason", reasonNames)],
            firstCell: durations.firstCell + durations.cellCount)
        failures = CounterFamily(
            name: "gatereeve_failures_total",
            help: "Requests answered with 503: the database or the hashing threads failed them.",
            labels: [("route", routeNames)], firstCell: refusals.firstCell + refusals.cellCount)
        precondition(failures.firstCell + failures.cellCount <= MetricsBoard.cellCount)
        self.routes = Self.positions(routeNames)
        self.statuses = Dictionary(
            uniqueKeysWithValues: Self.statusCodes.enumerated().map { ($1, $0) })
        self.reasons = Self.positions(reasonNames)
    }

    private static func positions(_ names: [String]) -> [String: Int] {
        Dictionary(names.enumerated().map { ($1, $0) }) { first, _ in first }
    }

    /// Counts one answered request.
    ///
    /// - Parameters:
    ///   - route: Its name; nil when there was no route.
    ///   - reason: Why it was refused; nil when it was not.
    ///   - isFailure: Whether it was answered with 503.
    public func count(
        route: String?, status: Int, microseconds: UInt64, reason: String?, isFailure: Bool
    ) {
        let route = routes[route ?? "none"] ?? routes.count - 1
        let status = statuses[status] ?? Self.statusCodes.count
        board.add(1, to: requests.cell([route, status]))
        let cells = durations.cells(value: route, microseconds: microseconds)
        board.add(1, to: cells.bucket)
        board.add(microseconds, to: cells.sum)
        if let reason {
            board.add(1, to: refusals.cell([route, reasons[reason] ?? reasons.count - 1]))
        }
        if isFailure { board.add(1, to: failures.cell([route])) }
    }

    /// A value that is looked up when it is asked for.
    public struct Gauge: Sendable {
        let name: String
        let help: String
        let value: Double

        /// A value with its name, as Prometheus shows it.
        public init(name: String, help: String, value: Double) {
            self.name = name
            self.help = help
            self.value = value
        }

        fileprivate var text: String {
            "# HELP \(name) \(help)\n# TYPE \(name) gauge\n\(name) \(value)\n"
        }
    }

    /// Everything in the exposition format of Prometheus, version 0.0.4.
    public func text(gauges: [Gauge]) -> String {
        let sums = board.sums()
        return requests.text(sums) + durations.text(sums) + refusals.text(sums)
            + failures.text(sums) + gauges.map(\.text).joined()
    }
}
