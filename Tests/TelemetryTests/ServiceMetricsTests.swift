import Foundation
import Testing

@testable import Telemetry

@Suite("counters for Prometheus")
struct ServiceMetricsTests {
    private static let names = ServiceMetrics.Names(
        routes: ["login", "logout"], reasons: ["throttled"], failureCauses: ["database"],
        loginOutcomes: ["succeeded", "wrong_password"], databaseErrorKinds: ["lost"])

    private func metrics(
        directory: String? = nil, instance: String = "1", started: UInt64 = 1000,
        names: ServiceMetrics.Names = names
    ) throws -> ServiceMetrics {
        let metrics = try ServiceMetrics(directory: directory, instance: instance, names: names)
        metrics.enter(at: started)
        return metrics
    }

    private func lines(_ metrics: ServiceMetrics) -> [Substring] {
        metrics.text(gauges: []).split(separator: "\n")
    }

    private func withDirectory(_ body: (String) throws -> Void) throws {
        let directory = FileManager.default.temporaryDirectory
            .appendingPathComponent("metrics-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: directory) }
        try body(directory.path)
    }

    @Test("a request is counted under its route and status")
    func request() throws {
        let metrics = try metrics()
        for _ in 1...2 {
            metrics.countRequest(
                route: "login", status: 200, microseconds: 700, reason: nil, failure: nil)
        }
        let lines = lines(metrics)
        #expect(lines.contains(#"gatereeve_requests_total{route="login",status="200"} 2"#))
        #expect(!lines.contains { $0.hasPrefix("gatereeve_requests") && $0.contains("logout") })
    }

    @Test("buckets are cumulative, and the sum is in seconds")
    func histogram() throws {
        let metrics = try metrics()
        for microseconds: UInt64 in [400, 500, 501, 9_000_000] {
            metrics.countRequest(
                route: "logout", status: 205, microseconds: microseconds, reason: nil,
                failure: nil)
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

    @Test("a refusal is counted by its reason, a failure by its route and cause")
    func refusal() throws {
        let metrics = try metrics()
        metrics.countRequest(
            route: "login", status: 429, microseconds: 1, reason: "throttled", failure: nil)
        metrics.countRequest(
            route: "login", status: 503, microseconds: 1, reason: nil, failure: "database")
        let lines = lines(metrics)
        #expect(lines.contains(#"gatereeve_refusals_total{route="login",reason="throttled"} 1"#))
        #expect(lines.contains(#"gatereeve_failures_total{route="login",cause="database"} 1"#))
    }

    @Test("what has no name is counted as other")
    func unknown() throws {
        let metrics = try metrics()
        metrics.countRequest(
            route: nil, status: 418, microseconds: 1, reason: "unheard", failure: nil)
        let lines = lines(metrics)
        #expect(lines.contains(#"gatereeve_requests_total{route="none",status="other"} 1"#))
        #expect(lines.contains(#"gatereeve_refusals_total{route="none",reason="other"} 1"#))
    }

    @Test("few combinations are shown before they happen, so that the first one is a rise")
    func zeros() throws {
        let metrics = try metrics()
        metrics.countLogin("wrong_password")
        metrics.countTokens(access: true, refresh: false)
        metrics.countDatabaseConnection()
        let lines = lines(metrics)
        for line in [
            #"gatereeve_logins_total{outcome="succeeded"} 0"#,
            #"gatereeve_logins_total{outcome="wrong_password"} 1"#,
            #"gatereeve_tokens_issued_total{type="access"} 1"#,
            #"gatereeve_tokens_issued_total{type="refresh"} 0"#,
            #"gatereeve_database_errors_total{kind="lost"} 0"#,
            "gatereeve_database_connections_opened_total 1",
        ] {
            #expect(lines.contains(Substring(line)))
        }
    }

    @Test("the queue of passwords is what came less what went, and its times are counted")
    func hashing() throws {
        let metrics = try metrics()
        for _ in 1...3 { metrics.changeHashingQueue(by: 1) }
        metrics.changeHashingQueue(by: -1)
        metrics.countHashingWait(microseconds: 2_000_000)
        metrics.countHashing(microseconds: 30_000)
        let lines = lines(metrics)
        #expect(lines.contains("gatereeve_hashing_queue 2.0"))
        #expect(lines.contains(#"gatereeve_hashing_seconds_sum{stage="wait"} 2.0"#))
        #expect(lines.contains(#"gatereeve_hashing_seconds_bucket{stage="hash",le="0.05"} 1"#))
    }

    @Test("every name has one HELP and one TYPE, and every sample belongs to one")
    func format() throws {
        let metrics = try metrics()
        metrics.countRequest(
            route: "login", status: 200, microseconds: 1, reason: nil, failure: nil)
        let gauge = Gauge(
            name: "gatereeve_two", help: "Two.", samples: [([("a", "1")], 1), ([("a", "2")], 2)])
        var declared: [Substring] = []
        for line in metrics.text(gauges: [gauge]).split(separator: "\n") {
            if line.hasPrefix("# TYPE ") {
                declared.append(line.split(separator: " ")[2])
            } else if !line.hasPrefix("#") {
                #expect(line.hasPrefix(try #require(declared.last)))
            }
        }
        #expect(Set(declared).count == declared.count)
        #expect(declared.last == "gatereeve_two")
    }

    @Test("instances that share a folder show the sum, and a restart goes on counting")
    func shared() throws {
        try withDirectory { directory in
            for instance in ["1", "2", "2"] {
                let metrics = try metrics(directory: directory, instance: instance)
                metrics.countRequest(
                    route: "login", status: 200, microseconds: 1, reason: nil, failure: nil)
            }
            let reader = try metrics(directory: directory, instance: "3")
            #expect(
                lines(reader).contains(#"gatereeve_requests_total{route="login",status="200"} 3"#))
        }
    }

    @Test("an instance that died is told, one that left is not missed")
    func lives() throws {
        try withDirectory { directory in
            let reader = try metrics(directory: directory, instance: "1", started: 7)
            do {
                let dying = try metrics(directory: directory, instance: "2", started: 8)
                dying.changeHashingQueue(by: 5)
                let leaving = try metrics(directory: directory, instance: "3", started: 9)
                #expect(lines(reader).contains(#"gatereeve_responder_up{responder="2"} 1.0"#))
                #expect(lines(reader).contains("gatereeve_hashing_queue 5.0"))
                leaving.leave()
            }
            let lines = lines(reader)
            #expect(lines.contains(#"gatereeve_responder_up{responder="1"} 1.0"#))
            #expect(lines.contains(#"gatereeve_responder_up{responder="2"} 0.0"#))
            #expect(!lines.contains { $0.contains(#"responder="3""#) })
            // What waited there waits no more.
            #expect(lines.contains("gatereeve_hashing_queue 0.0"))
            #expect(
                lines.contains(#"gatereeve_responder_start_time_seconds{responder="1"} 7.0"#))
        }
    }

    @Test("an instance that does not serve yet is not told")
    func starting() throws {
        let metrics = try ServiceMetrics(directory: nil, instance: "1", names: Self.names)
        #expect(!lines(metrics).contains { $0.contains(#"responder="1""#) })
        metrics.enter(at: 7)
        #expect(lines(metrics).contains(#"gatereeve_responder_up{responder="1"} 1.0"#))
    }

    @Test("what waited in an instance that was killed is forgotten when it starts again")
    func restart() throws {
        try withDirectory { directory in
            for started: UInt64 in [1, 2] {
                let metrics = try metrics(directory: directory, started: started)
                #expect(lines(metrics).contains("gatereeve_hashing_queue 0.0"))
                #expect(
                    lines(metrics).contains(
                        #"gatereeve_responder_start_time_seconds{responder="1"} \#(started).0"#))
                metrics.changeHashingQueue(by: 1)
            }
        }
    }

    @Test("an instance with other counters keeps them in another file")
    func layout() throws {
        try withDirectory { directory in
            let old = try metrics(directory: directory)
            old.countLogin("succeeded")
            var names = Self.names
            names.loginOutcomes = ["wrong_password", "succeeded"]
            let new = try metrics(directory: directory, names: names)
            #expect(lines(new).contains(#"gatereeve_logins_total{outcome="wrong_password"} 0"#))
            #expect(lines(old).contains(#"gatereeve_logins_total{outcome="succeeded"} 1"#))
        }
    }

    @Test("a folder that cannot be written is a fault that names the file")
    func fault() throws {
        let error = try #require(throws: ServiceMetrics.Fault.self) {
            try metrics(directory: "/nowhere")
        }
        #expect(error.path.hasPrefix("/nowhere/metrics-"))
        #expect(error.errno == ENOENT)
    }
}
