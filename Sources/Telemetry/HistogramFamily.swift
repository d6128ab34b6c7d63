/// A histogram of durations for each value of one label.
struct HistogramFamily: Sendable {
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

    /// Its name and labels, for the layout of the board.
    var signature: String { "\(name)\(label)\(Self.bounds)\(firstCell);" }
}
