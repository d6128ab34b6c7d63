public import Auth
import HTTP
import HTTPTypes

/// What `/metrics` shows.
public protocol MetricsSource: Sendable {
    /// Everything in the exposition format of Prometheus.
    ///
    /// - Parameter outbox: How the outbox stands; nil when the database did not tell.
    func metricsText(outbox: OutboxBacklog?) -> String
}

extension Endpoints {
    /// `GET /metrics`.
    func showMetrics(_ call: Call) -> Reply {
        let backlog = try? call.store.outboxBacklog(at: call.context.now)
        return .response(
            Response(
                status: .ok, content: .metrics,
                body: Array(metrics.metricsText(outbox: backlog).utf8)))
    }
}
