import JSON
import Testing

@Suite("JSON writer")
struct JSONWriterTests {
    private func text(_ value: JSONValue) -> String {
        String(decoding: JSONWriter.write(value), as: UTF8.self)
    }

    @Test(
        "only what must be escaped is escaped",
        arguments: [
            ("", #""""#), ("a/b é \u{1F600}", "\"a/b é \u{1F600}\""), ("\"\\", #""\"\\""#),
            ("\u{8}\u{C}\n\r\t", #""\b\f\n\r\t""#), ("\0\u{1}\u{1F}", #""\u0000\u0001\u001f""#),
            ("\u{7F}\u{2028}", "\"\u{7F}\u{2028}\""),
        ])
    func strings(string: String, written: String) {
        #expect(text(.string(string)) == written)
    }

    @Test("values are written without spaces, members in their order")
    func compact() {
        let value = JSONValue.object(
            JSONObject([
                .init("z", .array([.null, .boolean(true), .boolean(false), .array([])])),
                .init("a\"", .number(JSONNumber(-7))), .init("", .object(JSONObject())),
                .init("half", .unpairedSurrogate(0xD800)),
            ]))
        #expect(text(value) == #"{"z":[null,true,false,[]],"a\"":-7,"":{},"half":"\ud800"}"#)
    }

    @Test(
        "what is read and written again is the same text",
        arguments: [
            #"{"a":[1,2.50,-0,1e400],"b":{"c":null,"d":[true,false,"\u0000\n\"é"]}}"#,
            #"[[[]],{},"",123456789012345678901234567890]"#, #""\ud800""#, "\"\u{10FFFF}\"",
        ])
    func roundTrip(original: String) throws {
        let value = try JSONReader.read(Array(original.utf8))
        #expect(text(value) == original)
    }

    @Test("every character below U+0100 survives being written and read")
    func everyCharacter() throws {
        for code in 0..<0x100 {
            let string = String(try #require(Unicode.Scalar(code)))
            #expect(try JSONReader.read(JSONWriter.write(.string(string))) == .string(string))
        }
    }

    @Test("a character that must be escaped is found at every place of a long string")
    func everyPlace() throws {
        for place in 0..<40 {
            for character in ["\"", "\\", "\u{1F}", "é"] {
                let string =
                    String(repeating: "a", count: place) + character
                    + String(repeating: "b", count: 40 - place)
                #expect(try JSONReader.read(JSONWriter.write(.string(string))) == .string(string))
            }
        }
    }

    @Test("an integer is written with all its digits")
    func integers() {
        for integer in [0, 7, -7, 10, 1_764_112_345, .max, .min] as [Int64] {
            var writer = JSONWriter()
            writer.append(integer: integer)
            #expect(String(decoding: writer.bytes, as: UTF8.self) == String(integer))
        }
    }

    @Test("a name is only found by its own bytes, however alike it looks")
    func names() {
        let object = JSONObject([.init("\u{212A}", .boolean(true)), .init("e\u{301}", .null)])
        #expect("\u{212A}" == "K" && object["K"] == nil && object["\u{E9}"] == nil)
        #expect(object["\u{212A}"] == .boolean(true))
    }

    @Test("setting a member replaces it in its place, appends it or removes it")
    func members() {
        var object = JSONObject([.init("a", .null), .init("b", .null)])
        object["a"] = .boolean(true)
        object["c"] = .boolean(false)
        object["b"] = nil
        object["d"] = nil
        #expect(text(.object(object)) == #"{"a":true,"c":false}"#)
        #expect(object["b"] == nil)
    }
}
