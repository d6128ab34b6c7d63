import HTTP
import HTTPTypes
import JSON
import Testing

@testable import AuthAPI

@Suite("fields of bodies")
struct BodyFieldsTests {
    private func fields(
        _ body: String, _ contentType: String? = "application/json"
    ) throws(Problem) -> BodyFields {
        try BodyFields(Array(body.utf8), contentType: contentType)
    }

    private func problem(_ body: String, _ contentType: String? = "application/json") -> String {
        do {
            _ = try fields(body, contentType)
            return "none"
        } catch {
            return "\(error.status.code) "
                + String(decoding: error.response.body, as: UTF8.self)
        }
    }

    private func text(
        _ value: String, trims: Bool = true
    ) throws -> (text: String?, faults: [String]) {
        var errors = FieldErrors()
        let text = try fields("{\"a\":\(value)}").text("a", trims: trims, into: &errors)
        guard case .array(let sentences)? = errors.body["a"] else { return (text, []) }
        return (text, sentences.map { if case .string(let text) = $0 { text } else { "" } })
    }

    @Test("JSON, forms and multipart forms give the same fields")
    func kinds() throws {
        let multipart =
            "--B\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\n1 é\r\n--B--\r\n"
        for (body, type) in [
            (#"{"a":"1 é"}"#, "application/json"), (#"{"a":"1 é"}"#, "Application/JSON; x=y"),
            ("a=x&a=1+%C3%A9", "application/x-www-form-urlencoded"),
            ("a=1+é", "application/x-www-form-urlencoded; charset=utf-8"),
            (multipart, "multipart/form-data; boundary=B"),
            (multipart, "multipart/form-data; boundary=\"B\""),
        ] {
            #expect(try fields(body, type)["a"] == .string("1 é"), "\(type)")
            #expect(try fields(body, type)["b"] == nil)
        }
    }

    @Test(
        "another content type is told as it was sent",
        arguments: [
            "text/plain", "application/jsonx", "text/json", "json", "application/json, text/plain",
            ";", "multipart/mixed; boundary=B", "application/*", "*/*", "a\"b\\c",
        ])
    func contentTypes(type: String) {
        let sent = String(decoding: JSONWriter.write(.string(type)), as: UTF8.self)
            .dropFirst().dropLast()
        #expect(
            problem("{}", type)
                == #"415 {"detail":"Unsupported media type \"\#(sent)\" in request."}"#)
    }

    @Test("without a content type a body is refused, and no body has no content type")
    func noContentType() throws {
        #expect(problem("{}", nil) == #"415 {"detail":"Unsupported media type \"\" in request."}"#)
        for type in [nil, "", "text/plain", "application/json", "multipart/form-data"] {
            #expect(try fields("", type)["a"] == nil)
        }
    }

    @Test(
        "JSON of other form than an object is told what it is",
        arguments: [
            ("[]", "Invalid data. Expected a dictionary, but got list."),
            ("true", "Invalid data. Expected a dictionary, but got bool."),
            ("\"a\"", "Invalid data. Expected a dictionary, but got str."),
            (#""\ud800""#, "Invalid data. Expected a dictionary, but got str."),
            ("-1", "Invalid data. Expected a dictionary, but got int."),
            ("1.0", "Invalid data. Expected a dictionary, but got float."),
            ("1e3", "Invalid data. Expected a dictionary, but got float."),
            ("null", "No data provided"),
        ])
    func notAnObject(body: String, sentence: String) {
        #expect(problem(body) == #"400 {"non_field_errors":["\#(sentence)"]}"#)
    }

    @Test("faults of JSON and of forms are told")
    func syntax() {
        #expect(
            problem("{\"a\":1,}")
                == #"400 {"detail":"JSON parse error - Expecting property name enclosed in double "#
                + #"quotes: line 1 column 8 (char 7)"}"#)
        #expect(
            problem("x", "multipart/form-data")
                == #"400 {"detail":"Multipart form parse error - Invalid boundary in multipart: "#
                + #"None"}"#)
        #expect(
            problem("x", "multipart/form-data; boundary=B")
                == #"400 {"detail":"Multipart form parse error - Malformed multipart body."}"#)
        let many = (0...1000).map { "a\($0)=" }.joined(separator: "&")
        #expect(
            problem(many, "application/x-www-form-urlencoded")
                == #"400 {"detail":"Form parse error - Too many fields."}"#)
    }

    @Test(
        "texts are trimmed as Python trims; numbers are taken as text",
        arguments: [
            (#"" a b ""#, "a b"), (#""\u00a0a\u2028\u001c""#, "a"), (#""\u200ba""#, "\u{200B}a"),
            ("7", "7"), ("-0", "0"), ("1.5", "1.5"), ("1e3", "1000.0"), ("1E2", "100.0"),
            ("123456789012345678901234567890", "123456789012345678901234567890"),
            ("1e22", "1e+22"), ("1e-7", "1e-07"), ("-0.0", "-0.0"), ("0.1", "0.1"),
            ("1e400", "inf"), ("1e16", "1e+16"), ("123456789.125", "123456789.125"),
        ])
    func texts(value: String, meaning: String) throws {
        let (text, faults) = try text(value)
        #expect(text == meaning)
        #expect(faults == [])
    }

    @Test(
        "what is no text is told why",
        arguments: [
            ("null", "This field may not be null."), ("true", "Not a valid string."),
            ("[]", "Not a valid string."), ("{}", "Not a valid string."),
            (#""""#, "This field may not be blank."),
            (#"" \n\u2003""#, "This field may not be blank."),
            (#""a\udfff\ud800""#, "Surrogate characters are not allowed: U+DFFF."),
        ])
    func faults(value: String, sentence: String) throws {
        for trims in [true, false] {
            let (text, faults) = try text(value, trims: trims)
            #expect(text == nil)
            #expect(faults == [sentence])
        }
    }

    @Test("a text that is not trimmed stays as it is")
    func untrimmed() throws {
        #expect(try text(#"" a ""#, trims: false).text == " a ")
    }

    @Test("a missing field is required, and NUL is refused where it may not be")
    func plain() throws {
        var errors = FieldErrors()
        let body = try fields(#"{"n":"a\u0000b"}"#)
        #expect(body.plainText("a", into: &errors) == nil)
        #expect(body.plainText("n", into: &errors) == nil)
        #expect(body.text("n", into: &errors) == "a\0b")
        #expect(
            String(decoding: JSONWriter.write(.object(errors.body)), as: UTF8.self)
                == #"{"a":["This field is required."],"n":["Null characters are not allowed."]}"#)
    }
}
