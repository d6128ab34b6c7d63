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
        add(.requestID, summary.head.requestID)
        add(.route, summary.route ?? "none")
        add(.method, summary.head.method.rawValue)
        add(.status, UInt64(summary.status))
        add(.address, summary.head.remoteAddress)
        add(.microseconds, summary.microseconds)
        if let user = summary.user { add(.user, user.rawValue) }
        if let reason = summary.reason { add(.reason, reason) }
        if let failure = summary.failure { add(.failure, failure.reason) }
        end()
    }
}

extension LogLines.Name {
    fileprivate static let requestID = Self("request_id")
    fileprivate static let route = Self("route")
    fileprivate static let method = Self("method")
    fileprivate static let status = Self("status")
    fileprivate static let address = Self("address")
    fileprivate static let microseconds = Self("microseconds")
    fileprivate static let user = Self("user")
    fileprivate static let reason = Self("reason")
    fileprivate static let failure = Self("failure")
}
