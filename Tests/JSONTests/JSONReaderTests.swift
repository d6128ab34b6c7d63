import JSON
import Testing

@Suite("JSON reader (RFC 8259)")
struct JSONReaderTests {
    private func read(_ text: String) throws(JSONError) -> JSONValue {
        try JSONReader.read(Array(text.utf8))
    }

    private func fault(of text: String) -> JSONError.Fault? {
        do throws(JSONError) {
            _ = try read(text)
            return nil
        } catch {
            return error.fault
        }
    }

    @Test(
        "literals, strings and nested values are read",
        arguments: [
            ("null", .null), ("true", .boolean(true)), (" false\r\n\t", .boolean(false)),
            ("\"\"", .string("")), ("\"a\"", .string("a")), ("[]", .array([])),
            ("[ ]", .array([])), ("{ }", .object(JSONObject())),
            ("[null , true]", .array([.null, .boolean(true)])),
            (
                "{\"a\" : {\"b\":[\"c\"]}}",
                .object(
                    JSONObject([
                        .init("a", .object(JSONObject([.init("b", .array([.string("c")]))])))
                    ]))
            ),
            ("{\"\":null}", .object(JSONObject([.init("", .null)]))),
        ] as [(String, JSONValue)])
    func values(text: String, value: JSONValue) throws {
        #expect(try read(text) == value)
    }

    @Test(
        "escapes stand for their characters",
        arguments: [
            (#""\"\\\/\b\f\n\r\t""#, "\"\\/\u{8}\u{C}\n\r\t"), (#""\u0000""#, "\0"),
            (#""\u00e9\u00E9é""#, "ééé"), (#""\ud83d\ude00""#, "\u{1F600}"),
            (#""\uD83D\uDE00x\uD834\uDD1E""#, "\u{1F600}x\u{1D11E}"),
            (#""\uffff\ue000\ud7ff""#, "\u{FFFF}\u{E000}\u{D7FF}"),
            ("\"\u{7F}\u{2028}\u{FEFF}\"", "\u{7F}\u{2028}\u{FEFF}"),
        ])
    func escapes(text: String, meaning: String) throws {
        let value = try read(text)
        guard case .string(let read) = value else {
            Issue.record("\(value) is no string")
            return
        }
        #expect(Array(read.unicodeScalars) == Array(meaning.unicodeScalars))
    }

    @Test(
        "half of a surrogate pair is told apart from text",
        arguments: [
            (#""\ud800""#, 0xD800), (#""\udfff""#, 0xDFFF), (#""a\udc00\ud800b""#, 0xDC00),
            (#""\ud83dx\ude00""#, 0xD83D), (#""\ud83d\u0041""#, 0xD83D),
            (#""\ud800\ud83d\ude00""#, 0xD800),
        ] as [(String, UInt16)])
    func halves(text: String, half: UInt16) throws {
        #expect(try read(text) == .unpairedSurrogate(half))
    }

    @Test("a name with half of a pair is another name than the replacement character")
    func halfInName() throws {
        guard case .object(let object) = try read(#"{"\ud800":1,"\ufffd":2}"#) else {
            Issue.record("no object")
            return
        }
        #expect(object.members.count == 2)
        #expect(object["\u{FFFD}"] == .number(JSONNumber(2)))
    }

    @Test(
        "the same name twice is refused, however it is written",
        arguments: [
            #"{"a":1,"a":1}"#, #"{"a":1,"\u0061":2}"#, #"{"x":{"a":1,"b":2,"a":3}}"#,
            #"{"":1,"":2}"#, #"[{"é":1,"\u00e9":2}]"#,
        ])
    func duplicates(text: String) {
        #expect(fault(of: text) == .duplicateName)
    }

    @Test("among many names, too, the same one twice is refused")
    func manyNames() throws {
        let members = (0..<500).map { "\"n\($0)\":\($0)" }
        guard case .object(let object) = try read("{\(members.joined(separator: ","))}") else {
            Issue.record("no object")
            return
        }
        #expect(object.members.count == 500)
        let twice = (members + ["\"n7\":0"]).joined(separator: ",")
        #expect(fault(of: "{\(twice)}") == .duplicateName)
    }

    @Test("names that differ only in their normal form are two names")
    func normalForms() throws {
        guard case .object(let object) = try read("{\"\u{E9}\":1,\"e\u{301}\":2}") else {
            Issue.record("no object")
            return
        }
        #expect(object.members.count == 2)
        #expect(object["\u{E9}"] == .number(JSONNumber(1)))
        #expect(object["e\u{301}"] == .number(JSONNumber(2)))
    }

    @Test("a name is looked up by its code points: the Kelvin sign is no K")
    func canonicallyEqualNames() throws {
        guard case .object(var object) = try read("{\"\u{212A}\":1,\"K\":2}") else {
            Issue.record("no object")
            return
        }
        #expect(object["K"] == .number(JSONNumber(2)))
        object["K"] = .null
        #expect(JSONWriter.write(.object(object)) == Array("{\"\u{212A}\":1,\"K\":null}".utf8))
    }

    @Test("brackets nest up to the limit and no deeper", arguments: ["[", "{\"a\":"])
    func depth(opening: String) {
        let closing = opening == "[" ? "]" : "}"
        func nested(_ depth: Int) -> String {
            String(repeating: opening, count: depth) + (opening == "[" ? "" : "1")
                + String(repeating: closing, count: depth)
        }
        #expect(fault(of: nested(JSONReader.depthLimit)) == nil)
        #expect(fault(of: nested(JSONReader.depthLimit + 1)) == .tooDeep)
        #expect(fault(of: nested(100_000)) == .tooDeep)
    }
}
