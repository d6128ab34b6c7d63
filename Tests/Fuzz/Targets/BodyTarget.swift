import Auth
import HTTP
import HTTPTypes
import JSON

@testable import AuthAPI

extension FuzzTarget {
    /// Bodies of all three content types: a line with the type, then the body.
    static let body = FuzzTarget("body", longest: 65536 + 200) { bytes in
        let (line, rest) = bytes.firstLine
        let fields: BodyFields
        do throws(Problem) {
            fields = try BodyFields(
                Array(rest), contentType: line.isEmpty ? nil : String(foreign: line))
        } catch {
            try error.response.requireWellFormed()
            try require([400, 415].contains(error.status.code), "refused with \(error.status)")
            return
        }
        var errors = FieldErrors()
        for name in ["username", "email", "refresh"] {
            var own = FieldErrors()
            let text = fields.plainText(name, into: &own)
            try require((text == nil) == !own.isEmpty, "\(name): a text and a fault, or neither")
            try require(text?.isEmpty != true, "\(name): an empty text was taken")
            try require(text?.utf8.contains(0) != true, "\(name): NUL was taken")
            try require(
                text.map { $0.trimmingPythonSpace().hasBytes(of: $0) } != false,
                "\(name): white space is left")
            _ = fields.plainText(name, into: &errors)
        }
        _ = fields.text("password", trims: false, into: &errors)
        for field in customFields {
            guard let values = CustomFieldReader.read([field], from: fields, into: &errors) else {
                continue
            }
            try require(
                values.allSatisfy { field.holds($0.value) }, "no value of \(field.name)")
        }
        try Problem.invalid(errors).response.requireWellFormed()
    }

    /// A field of every kind.
    static let customFields = [
        CustomField(
            name: "city", kind: .text(length: 2...40, pattern: FieldPattern("[^<>]*")),
            isRequired: false, isSetAtRegistration: true, isInAccessToken: true),
        CustomField(
            name: "age", kind: .integer(0...150), isRequired: false, isSetAtRegistration: true,
            isInAccessToken: true),
        CustomField(
            name: "news", kind: .boolean, isRequired: false, isSetAtRegistration: true,
            isInAccessToken: false),
        CustomField(
            name: "born", kind: .date, isRequired: false, isSetAtRegistration: true,
            isInAccessToken: false),
    ]
}

extension CustomField {
    /// Whether a value is one that the column and the token can have.
    fileprivate func holds(_ value: CustomValue) -> Bool {
        switch (value, kind) {
        case (.null, _): !isRequired
        case (.text(let text), .text(let length, _)):
            length.contains(text.unicodeScalars.count) && !text.utf8.contains(0)
        case (.text(let text), .date):
            text.utf8.count == 10 && text.utf8.allSatisfy { "0123456789-".utf8.contains($0) }
        case (.integer(let number), .integer(let range)): range.contains(number)
        case (.boolean, .boolean): true
        default: false
        }
    }
}

extension Response {
    /// Demands a head that no text of the client broke, and a body that is what it says.
    func requireWellFormed() throws {
        var bytes: [UInt8] = []
        appendHead(to: &bytes)
        let head = String(foreign: bytes)
        try require(head.hasSuffix("\r\n\r\n"), "the head does not end")
        for line in head.dropLast(2).split(separator: "\r\n") {
            let isField =
                line.contains(": ")
                && line.utf8.allSatisfy { (0x20...0x7E).contains($0) || $0 == 0x09 }
            try require(isField, "no field: \(line)")
        }
        if case .json = content, !body.isEmpty {
            try require((try? JSONReader.read(body)) != nil, "the body is not JSON")
        }
    }
}
