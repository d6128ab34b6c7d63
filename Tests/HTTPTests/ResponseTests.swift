import HTTP
import HTTPTypes
import Testing

@Suite("heads of answers (RFC 3875 §6)")
struct ResponseTests {
    private func head(_ response: Response) -> String {
        var bytes: [UInt8] = []
        response.appendHead(to: &bytes)
        return String(decoding: bytes, as: UTF8.self)
    }

    @Test("an answer tells status, type and length, and forbids caching and sniffing")
    func json() {
        #expect(
            head(Response(status: .created, body: Array("{}".utf8)))
                == "Status: 201 Created\r\nContent-Type: application/json\r\nContent-Length: 2\r\n"
                + "Cache-Control: no-store\r\nX-Content-Type-Options: nosniff\r\n\r\n")
    }

    @Test(
        "each kind of body has its type",
        arguments: [
            (Response.Content.html, "Content-Type: text/html; charset=utf-8\r\n"),
            (.metrics, "Content-Type: text/plain; version=0.0.4; charset=utf-8\r\n"),
        ])
    func types(content: Response.Content, line: String) {
        #expect(head(Response(status: .ok, content: content)).contains(line))
    }

    @Test("an answer without a body has no type and the length 0")
    func none() {
        let head = head(Response(status: .resetContent, content: .none))
        #expect(head.hasPrefix("Status: 205 Reset Content\r\nContent-Length: 0\r\n"))
        #expect(!head.contains("Content-Type:"))
    }

    @Test("the lines of the route come before the fields of the answer")
    func fields() {
        var response = Response(
            status: .serviceUnavailable, fields: [HTTPField(name: .retryAfter, value: "1")])
        response.routeHead = Array("\r\nAllow: POST\r\nVary: Accept".utf8)
        #expect(
            head(response).hasSuffix(
                "nosniff\r\nAllow: POST\r\nVary: Accept\r\nRetry-After: 1\r\n\r\n"))
    }

    @Test("a head is appended to what is there")
    func appended() {
        var bytes = Array("x".utf8)
        Response(status: .ok).appendHead(to: &bytes)
        #expect(bytes.starts(with: Array("xStatus: 200 OK\r\n".utf8)))
    }
}
