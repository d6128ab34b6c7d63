extension ServiceMetrics {
    /// Everything in the exposition format of Prometheus, version 0.0.4.
    ///
    /// - Parameter gauges: What is looked up elsewhere, to stand behind the counters.
    public func text(gauges: [Gauge]) -> String {
        let reading = board.read()
        // An addition may be seen before the one that makes up for it.
        let waiting = Int64(bitPattern: reading.sums[MetricsBoard.hashingQueueCell])
        let own = [
            Gauge(
                name: "gatereeve_hashing_queue", help: "Passwords that wait to be hashed.",
                value: Double(max(0, waiting))),
            Gauge(
                name: "gatereeve_responder_up",
                help: "Whether an instance that served, and was not told to leave, still runs.",
                samples: reading.instances.map {
                    ([("responder", $0.name)], $0.isRunning ? 1 : 0)
                }),
            Gauge(
                name: "gatereeve_responder_start_time_seconds",
                help: "Since when an instance serves, in seconds since 1970.",
                samples: reading.instances.map { ([("responder", $0.name)], Double($0.started)) }),
        ]
        return catalogue.text(reading.sums) + (own + gauges).map(\.text).joined()
    }
}
