import AuthAPI
import Glibc
import HTTP
import HTTPTypes
import JSON
import Logging

/// One line of the log for each request: route, status and request id, never a path or a token.
///
/// It is written here and not through the logger's dictionaries: it is on the way of every request.
struct RequestLog: RequestObserver {
    let level: Logger.Level
    let format: LineLogHandler.Format

    func answered(_ summary: RequestSummary) {
        let own: Logger.Level = summary.status >= 500 ? .warning : .info
        guard own >= level else { return }
        var members: [(StaticString, String)] = [
            ("request_id", summary.head.requestID), ("route", summary.route ?? "none"),
            ("method", summary.head.method.rawValue), ("status", String(summary.status)),
            ("address", summary.head.remoteAddress),
        ]
        if let failure = summary.failure { members.append(("failure", failure)) }
        LogLine.write(own, "request", members, format: format)
    }
}
