import Auth
import AuthAPI
import HTTP
import HTTPTypes
import Logging
import Settings
import Synchronization
import Telemetry

/// Counts each request, and writes one line of the log for it: route, status and request id, never a path or a token.
///
/// Lines are written here and not through the logger: they are on the way of every request. Each
/// worker has one of these and gathers its lines, which costs no system call; whoever looks after
/// the workers calls ``flush()``.
final class RequestLog: RequestObserver, Sendable {
    private let level: Logger.Level
    private let format: LogLines.Format
    private let metrics: ServiceMetrics
    private let gathered: Mutex<LogLines>
    /// How much is gathered at most, in bytes; a write of this size to a pipe is not divided.
    private static let limit = 4096
    /// Room for one line more.
    private static let capacity = limit + 1024

    init(_ values: SettingValues, metrics: ServiceMetrics) {
        level = Logger.Level(values)
        format = LogLines.Format(values)
        self.metrics = metrics
        gathered = Mutex(LogLines(format: format, capacity: Self.capacity))
    }

    func answered(_ summary: RequestSummary) {
        metrics.count(summary)
        let own: Logger.Level = summary.status >= 500 ? .warning : .info
        guard own >= level else { return }
        let isFull = gathered.withLock { lines in
            lines.add(summary, own)
            return lines.bytes.count > Self.limit
        }
        if isFull { flush() }
    }

    /// Writes what has been gathered.
    func flush() {
        let lines = gathered.withLock { $0.bytes.isEmpty ? [] : $0.take(capacity: Self.capacity) }
        if !lines.isEmpty { LogOutput.write(lines, format: format) }
    }
}

extension LogLines {
    /// Adds the line of a request.
    fileprivate mutating func add(_ summary: RequestSummary, _ level: Logger.Level) {
        begin(level, "request")
        add(known: "request_id", summary.head.requestID)
        add(known: "route", summary.route ?? "none")
        add(known: "method", summary.head.method.rawValue)
        add(known: "status", Int64(summary.status))
        add(known: "address", summary.head.remoteAddress)
        add(known: "microseconds", Int64(clamping: summary.microseconds))
        if let user = summary.user { add(known: "user", String(user.rawValue)) }
        if let reason = summary.reason { add(known: "reason", reason) }
        if let failure = summary.failure { add(known: "failure", failure.reason) }
        end()
    }
}
