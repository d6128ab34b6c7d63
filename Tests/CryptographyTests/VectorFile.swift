import Cryptography
import Foundation
import Testing

/// The rows of a data file in `Vectors`, split at blanks; lines with `#` tell the source.
enum VectorFile {
    static func rows(of name: String, columns: Int) throws -> [[Substring]] {
        let rows = try lines(of: name).map { $0.split(separator: " ") }
        try #require(!rows.isEmpty)
        try #require(rows.allSatisfy { $0.count == columns })
        return rows
    }

    static func lines(of name: String) throws -> [Substring] {
        let file = try #require(
            Bundle.module.url(forResource: name, withExtension: "txt", subdirectory: "Vectors"))
        let text = try String(contentsOf: file, encoding: .utf8)
        return text.split(separator: "\n").filter { !$0.hasPrefix("#") }
    }

    /// The bytes of a column; `-` stands for none.
    static func bytes(_ column: Substring) throws -> [UInt8] {
        column == "-" ? [] : try #require(Hex.decode(column.utf8))
    }
}
