/// Prints rows in columns.
struct Table {
    private let headings: [String]
    private var rows: [[String]] = []

    /// - Parameter headings: One for each column.
    init(_ headings: [String]) {
        self.headings = headings
    }

    /// Adds a row of as many cells; a missing value is `-`.
    mutating func add(_ cells: [String?]) {
        rows.append(cells.map { cell in cell.map(\.withoutControls) ?? "-" })
    }

    /// All lines; the last column is not padded.
    var lines: [String] {
        let all = [headings] + rows
        let widths = headings.indices.map { column in
            all.map { $0[column].count }.max() ?? 0
        }
        return all.map { row in
            zip(row, widths).enumerated().map { column, cell in
                column == row.count - 1
                    ? cell.0 : cell.0 + String(repeating: " ", count: cell.1 - cell.0.count)
            }.joined(separator: "  ")
        }
    }

    /// Prints all lines.
    func print() {
        for line in lines { Swift.print(line) }
    }
}

/// Prints names and values under each other.
enum Listing {
    /// - Parameter members: A missing value is `-`.
    static func print(_ members: [(name: String, value: String?)]) {
        let width = members.map(\.name.count).max() ?? 0
        for member in members {
            let padding = String(repeating: " ", count: width - member.name.count)
            Swift.print("\(member.name)\(padding)  \(member.value?.withoutControls ?? "-")")
        }
    }
}

extension String {
    /// Without what could move the cursor of a terminal or change the order of its characters.
    var withoutControls: String {
        String(
            String.UnicodeScalarView(
                unicodeScalars.map {
                    switch $0.properties.generalCategory {
                    case .control, .format, .lineSeparator, .paragraphSeparator: "?"
                    default: $0
                    }
                }))
    }
}
