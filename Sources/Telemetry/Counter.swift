/// Counters of one name, one for each combination of labels.
public struct CounterFamily: Sendable {
    /// The name, as Prometheus shows it.
    let name: String
    /// What is counted.
    let help: String
    /// Names of labels, and the values that each may have.
    let labels: [(name: String, values: [String])]
    /// The first cell on the board.
    let firstCell: Int

    /// How many cells the family has.
    var cellCount: Int { labels.reduce(1) { $0 * $1.values.count } }

    /// The cell of a combination, given by the position of each value.
    func cell(_ positions: [Int]) -> Int {
        var offset = 0
        for (label, position) in zip(labels, positions) {
            offset = offset * label.values.count + position
        }
        return firstCell + offset
    }

    /// The lines of the exposition format; combinations that never happened are left out.
    func text(_ sums: [UInt64]) -> String {
        var text = "# HELP \(name) \(help)\n# TYPE \(name) counter\n"
        for offset in 0..<cellCount where sums[firstCell + offset] > 0 || cellCount == 1 {
            text += "\(name)\(labelText(offset)) \(sums[firstCell + offset])\n"
        }
        return text
    }

    private func labelText(_ offset: Int) -> String {
        var remaining = offset
        var pairs: [String] = []
        for label in labels.reversed() {
            pairs.append("\(label.name)=\"\(label.values[remaining % label.values.count])\"")
            remaining /= label.values.count
        }
        return pairs.isEmpty ? "" : "{\(pairs.reversed().joined(separator: ","))}"
    }
}

/// A histogram of durations for each value of one label.
public struct HistogramFamily: Sendable {
    let name: String
    let help: String
    let label: (name: String, values: [String])
    let firstCell: Int

    /// Upper bounds of the buckets, in microseconds.
    static let bounds: [UInt64] = [
        500, 1000, 2500, 5000, 10_000, 25_000, 50_000, 100_000, 250_000, 500_000, 1_000_000,
        2_500_000, 5_000_000,
    ]

    /// The buckets, one for what is beyond them, and the sum.
    private static let cellsPerValue = bounds.count + 2

    /// How many cells the family has.
    var cellCount: Int { label.values.count * Self.cellsPerValue }

    /// The cells that one duration goes to: its bucket, and the sum.
    func cells(value: Int, microseconds: UInt64) -> (bucket: Int, sum: Int) {
        let first = firstCell + value * Self.cellsPerValue
        let bucket = Self.bounds.firstIndex { microseconds <= $0 } ?? Self.bounds.count
        return (first + bucket, first + Self.cellsPerValue - 1)
    }

    /// The lines of the exposition format.
    func text(_ sums: [UInt64]) -> String {
        var text = "# HELP \(name) \(help)\n# TYPE \(name) histogram\n"
        for (index, value) in label.values.enumerated() {
            let first = firstCell + index * Self.cellsPerValue
            var total: UInt64 = 0
            var lines = ""
            for (offset, bound) in (Self.bounds.map { Double($0) / 1e6 } + [.infinity]).enumerated()
            {
                total += sums[first + offset]
                let limit = bound.isInfinite ? "+Inf" : "\(bound)"
                lines += "\(name)_bucket{\(label.name)=\"\(value)\",le=\"\(limit)\"} \(total)\n"
            }
            guard total > 0 else { continue }
            let seconds = Double(sums[first + Self.cellsPerValue - 1]) / 1e6
            text += lines + "\(name)_sum{\(label.name)=\"\(value)\"} \(seconds)\n"
            text += "\(name)_count{\(label.name)=\"\(value)\"} \(total)\n"
        }
        return text
    }
}
