import Cryptography
import MariaDB

/// A numbered SQL file that takes the schema one step further.
///
/// The name of the file is `NNNN_name.sql`. Comments at its head give the purpose. In the series
/// of the program the head must have the line `-- Runs under: N`: the oldest schema number whose
/// program still works on the schema after this file.
public struct Migration: Hashable, Sendable {
    /// Series and number.
    public let id: MigrationID
    /// The rest of the file's name, without `.sql`.
    public let name: String
    /// The number of the line `-- Runs under:`, 0 in the site's series where the line is optional.
    public let oldestProgram: Int
    /// The statements.
    public let script: SQLScript
    /// SHA-256 of the whole file, 32 bytes.
    public let checksum: [UInt8]

    /// Reads a migration from the name of its file and what is in it.
    ///
    /// - Throws: ``MigrationProblem/badFileName(_:)``, ``MigrationProblem/badFile(_:reason:)``
    public init(
        series: MigrationSeries, fileName: String, contents: [UInt8]
    ) throws(MigrationProblem) {
        (id, name) = try Self.parse(fileName, of: series)
        guard let text = String(validating: contents, as: UTF8.self) else {
            throw .badFile(fileName, reason: "It is not UTF-8 text.")
        }
        oldestProgram = try Self.oldestProgram(in: text, of: id, fileName: fileName)
        do throws(SQLScript.Fault) {
            script = try SQLScript(parsing: text)
        } catch {
            throw .badFile(fileName, reason: error.description)
        }
        guard !script.pieces.isEmpty else {
            throw .badFile(fileName, reason: "It has no statement.")
        }
        checksum = SHA256.digest(contents)
    }

    /// `0007_mail_queue`, as in the name of the file.
    public var title: String { "\(id)_\(name)" }

    private static func parse(
        _ fileName: String, of series: MigrationSeries
    ) throws(MigrationProblem) -> (MigrationID, name: String) {
        let name = fileName.dropFirst(5).dropLast(4)
        guard fileName.hasSuffix(".sql"), fileName.dropFirst(4).first == "_", !name.isEmpty,
            name.utf8.count <= 100,
            name.utf8.allSatisfy({ Self.nameCharacters.contains($0) }),
            let number = MigrationID(parsing: String(fileName.prefix(4)))?.number,
            fileName.utf8.dropFirst(4).first == UInt8(ascii: "_")
        else { throw .badFileName(fileName) }
        return (MigrationID(series, number), String(name))
    }

    private static let nameCharacters = Set("abcdefghijklmnopqrstuvwxyz0123456789_".utf8)

    /// Finds the line `-- Runs under: N` in the comments at the head of the file.
    private static func oldestProgram(
        in text: String, of id: MigrationID, fileName: String
    ) throws(MigrationProblem) -> Int {
        let mark = "-- Runs under:"
        for line in text.split(separator: "\n") {
            guard line.hasPrefix("--") else { break }
            guard line.hasPrefix(mark) else { continue }
            let digits = line.dropFirst(mark.count).drop { $0 == " " }
            guard let number = Int(digits), (1...id.number).contains(number) else {
                throw .badFile(
                    fileName,
                    reason: "`Runs under:` must name a schema number from 1 to \(id.number).")
            }
            return number
        }
        guard id.series == .site else {
            throw .badFile(fileName, reason: "Its head lacks the line `-- Runs under: N`.")
        }
        return 0
    }
}
