import HTTP
import Testing

@Suite("media types (RFC 9110 §8.3.1)")
struct MediaTypeTests {
    @Test(
        "the name is taken without its parameters, in lower case",
        arguments: [
            ("application/json", "application/json"), ("Application/JSON", "application/json"),
            ("application/json;", "application/json"),
            ("application/json ; x=y", "application/json"),
            (" \ttext/plain\t", "text/plain"), ("", ""), (";", ""), ("json", "json"),
            // U+037E is a semicolon to String, and to nobody else.
            ("a/b\u{37E}x=1", "a/b\u{37E}x=1"),
            ("application/json, text/plain", "application/json, text/plain"),
        ])
    func names(text: String, name: String) {
        #expect(MediaType(parsing: text).name == name)
    }

    @Test(
        "parameters are read without their quotation marks",
        arguments: [
            ("a/b; x=1", ["x": "1"]), ("a/b;X=One", ["x": "One"]),
            ("a/b; x=\"1;2\"; y=3", ["x": "1;2", "y": "3"]),
            (#"a/b; x="say \"hi\" \\""#, ["x": #"say "hi" \"#]), ("a/b; x=", ["x": ""]),
            ("a/b; x", [:]), ("a/b; =1", ["": "1"]), ("a/b;;; x = 1 ", ["x": "1"]),
            ("a/b; x=1; x=2", ["x": "1"]), ("a/b; x=\"open; y=1", ["x": "\"open; y=1"]),
            ("a/b; x=a=b", ["x": "a=b"]), ("a/b; x=\u{301}a", ["x": "\u{301}a"]),
        ] as [(String, [String: String])])
    func parameters(text: String, parameters: [String: String]) {
        #expect(MediaType(parsing: text).parameters == parameters)
    }
}
