import Auth
import JSON
import Testing

@Suite("declared fields of the user")
struct CustomFieldTests {
    @Test("a pattern must match the whole text")
    func whole() throws {
        let pattern = try #require(FieldPattern("[0-9]{3}"))
        #expect(pattern.matches("123"))
        for text in ["", "12", "1234", "123\n", "x123"] { #expect(!pattern.matches(text)) }
        let either = try #require(FieldPattern("a|ab"))
        #expect(either.matches("ab"))
    }

    @Test("what is no regular expression is refused", arguments: ["(", "[a", "a{2,1}", "*"])
    func refused(source: String) {
        #expect(FieldPattern(source) == nil)
    }

    @Test("values are written into answers and tokens in their JSON types")
    func json() {
        #expect(CustomValue.null.json == .null)
        #expect(CustomValue.text("2026-01-01").json == .string("2026-01-01"))
        #expect(CustomValue.integer(-7).json == .number(JSONNumber(-7)))
        #expect(CustomValue.boolean(true).json == .boolean(true))
    }
}
