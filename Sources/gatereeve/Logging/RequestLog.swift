import AuthAPI
import HTTP
import HTTPTypes
import Logging

/// One line of the log for each request: route, status and request id, never a path or a token.
struct RequestLog: RequestObserver {
    let logger: Logger

    func answered(_ summary: RequestSummary) {
        let level: Logger.Level = summary.status >= 500 ? .warning : .info
        logger.log(
            level: level, "request",
            metadata: [
                "request_id": "\(summary.head.requestID)", "route": "\(summary.route ?? "none")",
                "method": "\(summary.head.method.rawValue)", "status": "\(summary.status)",
                "address": "\(summary.head.remoteAddress)",
            ])
    }
}
