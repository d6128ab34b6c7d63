/// A value that is looked up when it is asked for, or one for each combination of labels.
public struct Gauge: Sendable {
    let name: String
    let help: String
    let samples: [(labels: [(name: String, value: String)], value: Double)]

    /// A value with its name, as Prometheus shows it.
    public init(name: String, help: String, value: Double) {
        self.init(name: name, help: help, samples: [([], value)])
    }

    /// Values with labels; the values of labels hold no quote, no backslash and no line feed.
    public init(
        name: String, help: String,
        samples: [(labels: [(name: String, value: String)], value: Double)]
    ) {
        self.name = name
        self.help = help
        self.samples = samples
    }

    /// The lines of the exposition format.
    var text: String {
        var text = "# HELP \(name) \(help)\n# TYPE \(name) gauge\n"
        for sample in samples {
            let pairs = sample.labels.map { "\($0.name)=\"\($0.value)\"" }.joined(separator: ",")
            text += "\(name)\(pairs.isEmpty ? "" : "{\(pairs)}") \(sample.value)\n"
        }
        return text
    }
}
