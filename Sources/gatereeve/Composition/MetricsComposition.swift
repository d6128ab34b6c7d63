import ArgumentParser
import Auth
import AuthAPI
import Glibc
import Hashing
import MariaDB
import Settings
import Telemetry

/// The counters of all instances, and what is looked up beside them.
struct MetricsPage: MetricsSource {
    let metrics: ServiceMetrics

    func metricsText(outbox: OutboxBacklog?) -> String {
        let build = Gauge(
            name: "gatereeve_build_info", help: "The version of the instance that answered.",
            samples: [
                ([("version", Version.current), ("schema", String(Version.schema))], 1)
            ])
        return metrics.text(gauges: [build] + (outbox.map(Self.gauges) ?? []))
    }

    private static func gauges(_ outbox: OutboxBacklog) -> [Gauge] {
        let finished = [
            ("sent", outbox.recentlySent), ("expired", outbox.recentlyExpired),
            ("abandoned", outbox.recentlyAbandoned),
        ]
        return [
            Gauge(
                name: "gatereeve_outbox_mails", help: "Mails that wait to be sent.",
                value: Double(outbox.queued)),
            Gauge(
                name: "gatereeve_outbox_oldest_seconds",
                help: "How long the oldest of them has waited.", value: Double(outbox.oldestAge)),
            Gauge(
                name: "gatereeve_outbox_overdue_mails",
                help: "Those that should have left long ago.", value: Double(outbox.overdue)),
            Gauge(
                name: "gatereeve_outbox_finished_mails",
                help: "Mails that left the outbox within the last hour, by how.",
                samples: finished.map { ([("state", $0.0)], Double($0.1)) }),
        ]
    }
}

extension ServiceMetrics {
    /// The settings `server.metrics_directory` and `server.instance`.
    ///
    /// - Throws: `ExitCode` after it has printed why the file cannot be used. That there is no room for it
    ///   is no reason not to serve: it is printed, and the metrics miss what this instance counts.
    init(_ values: SettingValues) throws {
        let directory = values[ServerKeys.metricsDirectory]
        do throws(Fault) {
            try self.init(
                directory: directory.isEmpty ? nil : directory,
                instance: values[ServerKeys.instance],
                names: Names(
                    routes: Routes.names, reasons: Problem.reasons,
                    failureCauses: RequestFailure.Cause.allCases.map(\.rawValue),
                    loginOutcomes: RequestSummary.loginOutcomes,
                    databaseErrorKinds: MariaDBError.Kind.allCases.map(\.rawValue)))
        } catch {
            Complaint.print(
                "\(error.path): \(String(cString: strerror(error.errno))) "
                    + "(server.metrics_directory)")
            throw ExitCode(71)
        }
        if !areKept {
            Complaint.print(
                "\(directory): \(String(cString: strerror(ENOSPC))) (server.metrics_directory); "
                    + "the metrics miss what this instance counts")
        }
    }

    /// Counts an answered request and what came of it.
    func count(_ summary: RequestSummary) {
        countRequest(
            route: summary.route, status: summary.status, microseconds: summary.microseconds,
            reason: summary.reason, failure: summary.failure?.cause.rawValue)
        if let outcome = summary.loginOutcome { countLogin(outcome) }
        if !summary.issued.isEmpty {
            countTokens(
                access: summary.issued.contains(.access),
                refresh: summary.issued.contains(.refresh))
        }
    }
}

extension ServiceMetrics: ConnectionObserver {
    /// Counts a connection.
    public func connectionOpened() { countDatabaseConnection() }

    /// Counts an error by its kind.
    public func databaseFailed(_ kind: MariaDBError.Kind) { countDatabaseError(kind.rawValue) }
}

extension ServiceMetrics: HashingObserver {
    /// One more waits.
    public func passwordQueued() { changeHashingQueue(by: 1) }

    /// One less waits.
    public func passwordTaken(afterNanoseconds nanoseconds: UInt64) {
        changeHashingQueue(by: -1)
        countHashingWait(microseconds: nanoseconds / 1000)
    }

    /// Counts the time that a hash took.
    public func passwordHashed(inNanoseconds nanoseconds: UInt64) {
        countHashing(microseconds: nanoseconds / 1000)
    }
}
