public import HTTPTypes

/// An answer: status, fields and body.
public struct Response: Sendable {
    /// The kind of the body.
    public enum Content: Sendable {
        /// `application/json`.
        case json
        /// `text/html` in UTF-8.
        case html
        /// Text in the exposition format of Prometheus.
        case metrics
        /// No body, and no `Content-Type`.
        case none
    }

    /// The status.
    public var status: HTTPResponse.Status
    /// The kind of the body.
    public var content: Content
    /// The fields beside those that every answer has.
    public var fields: [HTTPField]
    /// Lines of the head that the route has ready, each after a line break.
    public var routeHead: [UInt8] = []
    /// The body.
    public var body: [UInt8]

    /// An answer of its parts.
    public init(
        status: HTTPResponse.Status, content: Content = .json, fields: [HTTPField] = [],
        body: [UInt8] = []
    ) {
        self.status = status
        self.content = content
        self.fields = fields
        self.body = body
    }
}

extension Response {
    /// The head in the form of CGI (RFC 3875 §6): the status as a field, then the other fields.
    ///
    /// Every answer forbids caching and content sniffing: it may carry a token.
    ///
    /// - Precondition: No field value holds a line break; values come from the program, never from
    ///   a client.
    public func appendHead(to bytes: inout [UInt8]) {
        func append(_ text: StaticString) {
            text.withUTF8Buffer { unsafe bytes.append(contentsOf: $0) }
        }
        append("Status: ")
        bytes.append(decimal: status.code)
        append(" ")
        bytes.append(text: status.reasonPhrase)
        switch content {
        case .json: append("\r\nContent-Type: application/json")
        case .html: append("\r\nContent-Type: text/html; charset=utf-8")
        case .metrics: append("\r\nContent-Type: text/plain; version=0.0.4; charset=utf-8")
        case .none: break
        }
        append("\r\nContent-Length: ")
        bytes.append(decimal: body.count)
        append("\r\nCache-Control: no-store\r\nX-Content-Type-Options: nosniff")
        bytes.append(contentsOf: routeHead)
        for field in fields {
            append("\r\n")
            bytes.append(text: field.name.rawName)
            append(": ")
            let start = bytes.count
            bytes.append(text: field.value)
            precondition(!bytes[start...].contains { $0 == 0x0A || $0 == 0x0D })
        }
        append("\r\n\r\n")
    }
}

extension [UInt8] {
    /// Appends the digits of a number that is not negative.
    fileprivate mutating func append(decimal number: Int) {
        if number > 9 { append(decimal: number / 10) }
        append(UInt8(ascii: "0") + UInt8(number % 10))
    }

    /// Appends the bytes as one piece; a view of a string gives them one by one.
    fileprivate mutating func append(text: String) {
        var text = text
        text.withUTF8 { unsafe append(contentsOf: $0) }
    }
}
