import Foundation
import FuzzTargets
import Testing

/// Gives every input that fuzzing found worth keeping to its target again.
@Suite("kept inputs of the fuzz targets")
struct ReplayTests {
    private static let corpora = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        .deletingLastPathComponent().appendingPathComponent("Corpora")

    @Test("no kept input breaks a promise of its target", arguments: FuzzTarget.all)
    func keptInputs(target: FuzzTarget) throws {
        let folder = Self.corpora.appendingPathComponent(target.name)
        let files = try FileManager.default.contentsOfDirectory(
            at: folder, includingPropertiesForKeys: nil)
        #expect(files.count >= 3)
        for file in files {
            // Not Data(contentsOf:), which never gives back the buffer for a file that is empty.
            let content = try FileHandle(forReadingFrom: file).readToEnd()
            let bytes = [UInt8](content ?? Data())
            #expect(throws: Never.self, "\(target.name)/\(file.lastPathComponent)") {
                try target.run(bytes)
            }
        }
    }

    @Test("every folder of inputs belongs to a target")
    func folders() throws {
        let folders = try FileManager.default.contentsOfDirectory(atPath: Self.corpora.path)
        #expect(Set(folders) == Set(FuzzTarget.all.map(\.name)))
    }

    /// Pieces that make readers nest, split, decode or look back.
    static let pieces = [
        "", "a", "[", "{\"a\":", "\"", "\\", "a=&", "&", "%", ";", ",", "--|\r\n", "\r\n\r\n",
        "\u{301}", "\u{FDFA}", ".", "@", "a: &a [*a, *a]\n",
    ]

    /// Work that grew with the square of the length would take minutes.
    @Test(
        "the longest input of one repeated piece is done with in seconds", arguments: FuzzTarget.all
    )
    func longInputs(target: FuzzTarget) {
        for piece in Self.pieces {
            let head = target.name == "multipart" || target.name == "body" ? "|\n" : ""
            let unit = Array(piece.utf8)
            var bytes = Array(head.utf8)
            while !unit.isEmpty, bytes.count + unit.count <= target.longest { bytes += unit }
            let clock = ContinuousClock()
            let duration = clock.measure {
                #expect(throws: Never.self, "\(target.name), \(piece.debugDescription)") {
                    try target.run(bytes)
                }
            }
            #expect(duration < .seconds(20), "\(target.name), \(piece.debugDescription)")
        }
    }
}
