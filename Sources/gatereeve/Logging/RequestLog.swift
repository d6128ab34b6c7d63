import Auth
import AuthAPI
import Glibc
import HTTP
import HTTPTypes
import JSON
import Logging
import Telemetry

/// Counts each request, and writes one line of the log for it: route, status and request id, never a path or a token.
///
/// Lines are written here and not through the logger: they are on the way of every request.
struct RequestLog: RequestObserver, Sendable {
    let level: Logger.Level
    let format: LineLogHandler.Format
    let metrics: ServiceMetrics

    func answered(_ summary: RequestSummary) {
        metrics.count(summary)
        if let line = line(for: summary) { LogOutput.write(line, format: format) }
    }

    func flush() {}

    /// The line of a request; nil when the log leaves it out.
    func line(for summary: RequestSummary) -> [UInt8]? {
        let own: Logger.Level = summary.status >= 500 ? .warning : .info
        guard own >= level else { return nil }
        var members = [
            ("request_id", summary.head.requestID), ("route", summary.route ?? "none"),
            ("method", summary.head.method.rawValue), ("status", String(summary.status)),
            ("address", summary.head.remoteAddress),
            ("microseconds", String(summary.microseconds)),
        ]
        if let user = summary.user { members.append(("user", String(user.rawValue))) }
        if let reason = summary.reason { members.append(("reason", reason)) }
        if let failure = summary.failure { members.append(("failure", failure.reason)) }
        return LogLine.make(own, "request", members, format: format)
    }
}

/// The lines of one worker, gathered while requests wait and written when none does.
///
/// Not `Sendable`: each worker has its own. Under load a line costs a copy and no system call; a quiet
/// service writes each line at once.
final class GatheredRequestLog: RequestObserver {
    private let log: RequestLog
    private var lines: [UInt8] = []
    /// How much is gathered at most, in bytes; a write of this size to a pipe is not divided.
    private static let limit = 4096

    init(_ log: RequestLog) {
        self.log = log
    }

    func answered(_ summary: RequestSummary) {
        log.metrics.count(summary)
        guard let line = log.line(for: summary) else { return }
        if lines.count + line.count > Self.limit { flush() }
        lines.append(contentsOf: line)
    }

    func flush() {
        guard !lines.isEmpty else { return }
        LogOutput.write(lines, format: log.format)
        lines.removeAll(keepingCapacity: true)
    }
}
