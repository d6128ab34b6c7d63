import Foundation
import Testing

@testable import Telemetry

@Suite("counters for Prometheus")
struct ServiceMetricsTests {
    private func metrics(directory: String? = nil, instance: String = "1") throws -> ServiceMetrics
    {
        ServiceMetrics(
            board: try MetricsBoard(directory: directory, instance: instance),
            routes: ["login", "logout"], reasons: ["throttled"])
    }

    private func lines(_ metrics: ServiceMetrics) -> [Substring] {
        metrics.text(gauges: []).split(separator: "\n")
    }

    @Test("a request is counted under its route and status")
    func request() throws {
        let metrics = try metrics()
        metrics.count(
            route: "login", status: 200, microseconds: 700, reason: nil, isFailure: false)
        metrics.count(
            route: "login", status: 200, microseconds: 700, reason: nil, isFailure: false)
        let lines = lines(metrics)
        #expect(lines.contains(#"gatereeve_requests_total{route="login",status="200"} 2"#))
        #expect(!lines.contains { $0.contains("logout") })
    }

    @Test("buckets are cumulative, and the sum is in seconds")
    func histogram() throws {
        let metrics = try metrics()
        for microseconds: UInt64 in [400, 500, 501, 9_000_000] {
            metrics.count(
                route: "logout", status: 205, microseconds: microseconds, reason: nil,
                isFailure: false)
        }
        let lines = lines(metrics)
        for (bound, count) in [("0.0005", 2), ("0.001", 3), ("5.0", 3), ("+Inf", 4)] {
            #expect(
                lines.contains(
                    #"gatereeve_request_seconds_bucket{route="logout",le="\#(bound)"} \#(count)"#))
        }
        #expect(lines.contains(#"gatereeve_request_seconds_sum{route="logout"} 9.001401"#))
        #expect(lines.contains(#"gatereeve_request_seconds_count{route="logout"} 4"#))
    }

    @Test("a refusal is counted by its reason, a failure by its route")
    func refusal() throws {
        let metrics = try metrics()
        metrics.count(
            route: "login", status: 429, microseconds: 1, reason: "throttled", isFailure: false)
        metrics.count(
            route: "login", status: 503, microseconds: 1, reason: nil, isFailure: true)
        let lines = lines(metrics)
        #expect(lines.contains(#"gatereeve_refusals_total{route="login",reason="throttled"} 1"#))
        #expect(lines.contains(#"gatereeve_failures_total{route="login"} 1"#))
    }

    @Test("what has no name is counted as other")
    func unknown() throws {
        let metrics = try metrics()
        metrics.count(
            route: nil, status: 418, microseconds: 1, reason: "unheard", isFailure: false)
        let lines = lines(metrics)
        #expect(lines.contains(#"gatereeve_requests_total{route="none",status="other"} 1"#))
        #expect(lines.contains(#"gatereeve_refusals_total{route="none",reason="other"} 1"#))
    }

    @Test("instances that share a folder show the sum, and a restart goes on counting")
    func shared() throws {
        let directory = FileManager.default.temporaryDirectory
            .appendingPathComponent("metrics-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: directory) }
        for instance in ["1", "2", "2"] {
            let metrics = try metrics(directory: directory.path, instance: instance)
            metrics.count(
                route: "login", status: 200, microseconds: 1, reason: nil, isFailure: false)
        }
        let reader = try metrics(directory: directory.path, instance: "3")
        #expect(lines(reader).contains(#"gatereeve_requests_total{route="login",status="200"} 3"#))
    }

    @Test("a folder that cannot be written is a fault that names the file")
    func fault() {
        #expect(
            throws: MetricsBoard.Fault(path: "/nowhere/metrics-1-1", errno: ENOENT)
        ) {
            try MetricsBoard(directory: "/nowhere", instance: "1")
        }
    }
}
