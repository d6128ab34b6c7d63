/// What is wrong with a dump; nothing is taken over while there is anything.
struct DumpFaults {
    /// How many are told: who has more has one cause for many.
    private static let printLimit = 50

    private var faults: [(line: Int, text: String)] = []

    var isEmpty: Bool { faults.isEmpty }

    /// - Parameters:
    ///   - line: The line of the dump, from 1.
    ///   - field: The field; nil when it is about the whole line.
    ///   - sentence: Holds no value of the dump: a value may be a hash or a token.
    mutating func add(_ line: Int, _ field: String? = nil, _ sentence: String) {
        faults.append((line, (field.map { "\($0): " } ?? "") + sentence))
    }

    /// Adds those of one line.
    mutating func add(_ others: DumpFaults) {
        faults += others.faults
    }

    /// Prints them in the order of the lines.
    func print() {
        // What was found at one line stays in its order.
        let sorted = faults.enumerated().sorted {
            ($0.element.line, $0.offset) < ($1.element.line, $1.offset)
        }
        for (_, fault) in sorted.prefix(Self.printLimit) {
            Complaint.print("line \(fault.line): \(fault.text)".withoutControls)
        }
        let more = faults.count - Self.printLimit
        if more > 0 { Complaint.print("and \(more) more") }
        Complaint.print("Nothing was changed.")
    }
}
