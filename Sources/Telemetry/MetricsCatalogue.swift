/// Every counter with its place on the board.
struct MetricsCatalogue: Sendable {
    let requests: CounterFamily
    let durations: HistogramFamily
    let refusals: CounterFamily
    let failures: CounterFamily
    let logins: CounterFamily
    let tokens: CounterFamily
    let databaseErrors: CounterFamily
    let databaseConnections: CounterFamily
    let hashing: HistogramFamily

    private let routes: NamePositions
    private let reasons: NamePositions
    private let causes: NamePositions
    let loginOutcomes: NamePositions
    let databaseErrorKinds: NamePositions

    /// The statuses that the service answers with.
    private static let statusCodes = [
        200, 201, 205, 400, 401, 404, 405, 406, 413, 415, 429, 503,
    ]

    init(_ names: ServiceMetrics.Names) {
        let routeNames = names.routes + ["none"]
        let reasonNames = names.reasons + ["other"]
        var next = MetricsBoard.runCellCount
        func counter(
            _ name: String, _ help: String, _ labels: [(name: String, values: [String])],
            leavesOutZeros: Bool = false
        ) -> CounterFamily {
            let family = CounterFamily(
                name: name, help: help, labels: labels, leavesOutZeros: leavesOutZeros,
                firstCell: next)
            next += family.cellCount
            return family
        }
        func histogram(
            _ name: String, _ help: String, _ label: (name: String, values: [String])
        ) -> HistogramFamily {
            let family = HistogramFamily(name: name, help: help, label: label, firstCell: next)
            next += family.cellCount
            return family
        }
        requests = counter(
            "gatereeve_requests_total", "Answered requests.",
            [("route", routeNames), ("status", Self.statusCodes.map(String.init) + ["other"])],
            leavesOutZeros: true)
        durations = histogram(
            "gatereeve_request_seconds", "Time from the first byte of a request to its answer.",
            ("route", routeNames))
        refusals = counter(
            "gatereeve_refusals_total", "Refused requests by what was wrong.",
            [("route", routeNames), ("reason", reasonNames)], leavesOutZeros: true)
        failures = counter(
            "gatereeve_failures_total", "Requests answered with 503, by what failed.",
            [("route", routeNames), ("cause", names.failureCauses)])
        logins = counter(
            "gatereeve_logins_total", "Logins by how they ended.",
            [("outcome", names.loginOutcomes)])
        tokens = counter(
            "gatereeve_tokens_issued_total", "Tokens given to clients.",
            [("type", ["access", "refresh"])])
        databaseErrors = counter(
            "gatereeve_database_errors_total",
            "Errors of the database, those that a second try mended included.",
            [("kind", names.databaseErrorKinds)])
        databaseConnections = counter(
            "gatereeve_database_connections_opened_total", "Connections made to the database.", [])
        hashing = histogram(
            "gatereeve_hashing_seconds",
            "How long passwords waited to be hashed (wait), and were hashed (hash).",
            ("stage", ["wait", "hash"]))
        precondition(next <= MetricsBoard.cellCount)

        routes = NamePositions(routeNames)
        reasons = NamePositions(reasonNames)
        causes = NamePositions(names.failureCauses)
        loginOutcomes = NamePositions(names.loginOutcomes)
        databaseErrorKinds = NamePositions(names.databaseErrorKinds)
    }

    func position(ofRoute name: String?) -> Int { routes[name ?? "none"] ?? routes.count - 1 }
    func position(ofStatus code: Int) -> Int {
        Self.statusCodes.firstIndex(of: code) ?? Self.statusCodes.count
    }
    func position(ofReason name: String) -> Int { reasons[name] ?? reasons.count - 1 }
    func position(ofCause name: String) -> Int { causes[name] ?? 0 }

    private var counters: [CounterFamily] {
        [
            requests, refusals, failures, logins, tokens, databaseErrors, databaseConnections,
        ]
    }
    private var histograms: [HistogramFamily] { [durations, hashing] }

    /// A name for what the cells mean, another for each other meaning (FNV-1a of all names).
    var layout: String {
        let signatures = counters.map(\.signature) + histograms.map(\.signature)
        let sum = signatures.joined().utf8.reduce(0xcbf2_9ce4_8422_2325 as UInt64) {
            ($0 ^ UInt64($1)) &* 0x100_0000_01b3
        }
        return String(sum, radix: 36)
    }

    /// The lines of the exposition format.
    func text(_ sums: [UInt64]) -> String {
        counters.map { $0.text(sums) }.joined() + histograms.map { $0.text(sums) }.joined()
    }
}
