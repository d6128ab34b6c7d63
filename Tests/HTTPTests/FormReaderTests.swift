import HTTP
import Testing

@Suite("forms (WHATWG URL §5)")
struct FormReaderTests {
    private func pairs(_ text: String) throws -> [[String]] {
        try #require(FormReader.read(Array(text.utf8))).map { [$0.name, $0.value] }
    }

    @Test(
        "names and values are split and decoded",
        arguments: [
            ("", []), ("&&", []), ("a=b", [["a", "b"]]), ("a", [["a", ""]]), ("=", [["", ""]]),
            ("a=", [["a", ""]]), ("=b", [["", "b"]]), ("a=b=c", [["a", "b=c"]]),
            ("a=1&a=2", [["a", "1"], ["a", "2"]]), ("a=1;b=2", [["a", "1;b=2"]]),
            ("a+b=c+d", [["a b", "c d"]]), ("a%2Bb=%26%3D", [["a+b", "&="]]),
            ("a=%zz%4", [["a", "%zz%4"]]), ("a=%C3%A9", [["a", "é"]]), ("a=%00", [["a", "\0"]]),
            ("a=%ff%C3", [["a", "\u{FFFD}\u{FFFD}"]]),
        ] as [(String, [[String]])])
    func reads(text: String, fields: [[String]]) throws {
        #expect(try pairs(text) == fields)
    }

    @Test("a form with more fields than the limit is refused")
    func limit() throws {
        func form(_ count: Int) -> [UInt8] {
            Array((0..<count).map { "a\($0)=" }.joined(separator: "&").utf8)
        }
        #expect(FormReader.read(form(FormReader.fieldLimit))?.count == FormReader.fieldLimit)
        #expect(FormReader.read(form(FormReader.fieldLimit + 1)) == nil)
    }
}
