import HTTP
import Testing

@Suite("multipart forms (RFC 7578)")
struct MultipartReaderTests {
    private func read(_ text: String, boundary: String = "B") throws(MultipartReader.Fault)
        -> [FormField]
    {
        try MultipartReader.read(Array(text.utf8), boundary: boundary)
    }

    private func part(_ head: String, _ value: String) -> String {
        "--B\r\n\(head)\r\n\r\n\(value)\r\n"
    }

    private func disposition(_ parameters: String) -> String {
        "Content-Disposition: form-data; \(parameters)"
    }

    @Test("parts are read in order, values as they are")
    func parts() throws {
        let body =
            part(disposition("name=\"a\""), "1") + part(disposition("name=\"b\""), " é\r\nx ")
            + part(disposition("name=a"), "") + "--B--\r\n"
        #expect(
            try read(body) == [
                FormField(name: "a", value: "1"), FormField(name: "b", value: " é\r\nx "),
                FormField(name: "a", value: ""),
            ])
    }

    @Test(
        "the head of a part may be written in any usual way",
        arguments: [
            "content-disposition: form-data; name=\"a\"",
            "CONTENT-DISPOSITION:form-data;name=a",
            "Content-Type: text/plain\r\nContent-Disposition: form-data; name=\"a\"",
            "Content-Disposition: attachment; name=\"a\"; other=1",
        ])
    func heads(head: String) throws {
        #expect(try read(part(head, "1") + "--B--") == [FormField(name: "a", value: "1")])
    }

    @Test("text before the first and after the last boundary is passed over")
    func preamble() throws {
        let body = "hello\r\n" + part(disposition("name=a"), "1") + "--B--\r\nbye --B\r\n"
        #expect(try read(body) == [FormField(name: "a", value: "1")])
    }

    @Test("white space may pad a boundary")
    func padding() throws {
        let body = "--B \t\r\n" + disposition("name=a") + "\r\n\r\n1\r\n--B--"
        #expect(try read(body) == [FormField(name: "a", value: "1")])
    }

    @Test("files and parts without a name are passed over")
    func passedOver() throws {
        let body =
            part(disposition("name=\"a\"; filename=\"f.txt\""), "1")
            + part(disposition("name=\"b\"; filename=\"\""), "2") + part("Content-Type: a/b", "3")
            + part(disposition("other=\"c\""), "4") + part(disposition("name=\"d\""), "5") + "--B--"
        #expect(try read(body) == [FormField(name: "d", value: "5")])
    }

    @Test("a form without parts has no fields")
    func empty() throws {
        #expect(try read("--B--") == [])
    }

    @Test("bytes that are not UTF-8 become the replacement character")
    func notText() throws {
        let body = Array("--B\r\n\(disposition("name=a"))\r\n\r\n".utf8) + [0xFF]
        let fields = try MultipartReader.read(body + Array("\r\n--B--".utf8), boundary: "B")
        #expect(fields == [FormField(name: "a", value: "\u{FFFD}")])
    }

    @Test(
        "a body that does not keep its promise is refused",
        arguments: [
            "", "hello", "--C--", "--B", "--B\r\n", "--B\r\nContent-Disposition: form-data; name=a",
            "--B\r\nContent-Disposition: form-data; name=a\r\n\r\n1",
            "--B\r\nContent-Disposition: form-data; name=a\r\n\r\n1\r\n--B",
            "--B\nContent-Disposition: form-data; name=a\n\n1\n--B--", "--Bx\r\n\r\n1\r\n--B--",
            "--B\r\nContent-Disposition: form-data; name=a\r\n--B--",
        ])
    func malformed(body: String) {
        #expect(throws: MultipartReader.Fault.malformed) { try read(body) }
    }

    @Test("a boundary has 1 to 70 characters (RFC 2046 §5.1.1)", arguments: [0, 1, 70, 71, 1000])
    func boundaryLength(length: Int) throws {
        let boundary = String(repeating: "x", count: length)
        let body = "--\(boundary)--"
        if (1...70).contains(length) {
            #expect(try read(body, boundary: boundary) == [])
        } else {
            #expect(throws: MultipartReader.Fault.boundary) { try read(body, boundary: boundary) }
        }
    }

    @Test("more parts than a form may have fields are refused")
    func limit() throws {
        let one = part(disposition("name=a"), "1")
        let most = String(repeating: one, count: FormReader.fieldLimit)
        #expect(try read(most + "--B--").count == FormReader.fieldLimit)
        #expect(throws: MultipartReader.Fault.malformed) { try read(most + one + "--B--") }
    }
}
