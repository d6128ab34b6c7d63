import ArgumentParser
import Auth
import AuthAPI
import Glibc
import Hashing
import Settings
import Telemetry

/// The counters of this instance, and what is looked up beside them.
struct MetricsPage: MetricsSource {
    let metrics: ServiceMetrics
    let pool: HashingPool

    func metricsText(outbox: OutboxBacklog?) -> String {
        var gauges = [
            ServiceMetrics.Gauge(
                name: "gatereeve_hashing_queue",
                help: "Requests that wait for a password hash, of the instance that answered.",
                value: Double(pool.waiting))
        ]
        if let outbox {
            gauges += [
                .init(
                    name: "gatereeve_outbox_mails", help: "Mails that wait to be sent.",
                    value: Double(outbox.count)),
                .init(
                    name: "gatereeve_outbox_oldest_seconds",
                    help: "How long the oldest of them has waited.",
                    value: Double(outbox.oldestAge)),
            ]
        }
        return metrics.text(gauges: gauges)
    }
}

extension ServiceMetrics {
    /// The setting `server.metrics_directory`.
    ///
    /// - Throws: `ExitCode` after it has printed why the file cannot be used.
    init(_ values: SettingValues) throws {
        let directory = values[ServerKeys.metricsDirectory]
        do throws(MetricsBoard.Fault) {
            let board = try MetricsBoard(
                directory: directory.isEmpty ? nil : directory,
                instance: values[ServerKeys.instance])
            self.init(board: board, routes: Routes.names, reasons: Problem.reasons)
        } catch {
            Complaint.print(
                "\(error.path): \(String(cString: strerror(error.errno))) "
                    + "(server.metrics_directory)")
            throw ExitCode(71)
        }
    }
}
