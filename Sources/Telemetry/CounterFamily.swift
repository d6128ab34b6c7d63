/// Counters of one name, one for each combination of labels.
struct CounterFamily: Sendable {
    /// The name, as Prometheus shows it.
    let name: String
    /// What is counted.
    let help: String
    /// Names of labels, and the values that each may have.
    let labels: [(name: String, values: [String])]
    /// Whether combinations that never happened are left out; a family of few shows them as 0, so
    /// that Prometheus sees the first one happen.
    var leavesOutZeros = false
    /// The first cell on the board.
    let firstCell: Int

    /// How many cells the family has.
    var cellCount: Int { labels.reduce(1) { $0 * $1.values.count } }

    /// The cell of a combination, given by the position of each value.
    func cell(_ positions: Int...) -> Int {
        var offset = 0
        for (label, position) in zip(labels, positions) {
            offset = offset * label.values.count + position
        }
        return firstCell + offset
    }

    /// The lines of the exposition format.
    func text(_ sums: [UInt64]) -> String {
        var text = "# HELP \(name) \(help)\n# TYPE \(name) counter\n"
        for offset in 0..<cellCount where !leavesOutZeros || sums[firstCell + offset] > 0 {
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

    /// Its name and labels, for the layout of the board.
    var signature: String { "\(name)\(labels)\(firstCell);" }
}
