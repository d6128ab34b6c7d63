import HTTP

extension FuzzTarget {
    /// Forms and queries: fields that are written with every byte escaped read the same.
    static let form = FuzzTarget("form", longest: 65536) { bytes in
        guard let fields = FormReader.read(bytes) else {
            let pairs = bytes.split(separator: UInt8(ascii: "&"))
            try require(pairs.count > FormReader.fieldLimit, "a small form was refused")
            return
        }
        try require(fields.count <= FormReader.fieldLimit, "too many fields were read")
        let written = fields.map { "\($0.name.escaped)=\($0.value.escaped)" }
            .joined(separator: "&")
        try requireSame(FormReader.read(Array(written.utf8)), fields)
    }

    /// `multipart/form-data`: a line with the boundary, then the body.
    static let multipart = FuzzTarget("multipart", longest: 65536 + 80) { bytes in
        let (line, rest) = bytes.firstLine
        let boundary = String(foreign: line)
        guard let fields = try? MultipartReader.read(Array(rest), boundary: boundary) else {
            return
        }
        try require((1...70).contains(boundary.utf8.count), "no such boundary is allowed")
        try require(fields.count <= FormReader.fieldLimit, "too many fields were read")
        try requireSame(
            try? MultipartReader.read(Array(multipartText(of: fields).utf8), boundary: "|"), fields)
    }

    /// The same fields in a form of our own, whose boundary stands in none of them.
    private static func multipartText(of fields: [FormField]) -> String {
        let parts = fields.map { field in
            "--|\r\nContent-Disposition: form-data; name=\(field.name.quoted)\r\n\r\n"
                + "\(field.value)\r\n"
        }
        return parts.joined() + "--|--\r\n"
    }

    private static func requireSame(_ found: [FormField]?, _ fields: [FormField]) throws {
        let isAmbiguous = fields.contains { field in
            [field.name, field.value].contains { Array($0.utf8).contains(Array("--|".utf8)) }
        }
        if isAmbiguous { return }
        let isSame =
            found?.count == fields.count
            && zip(found ?? [], fields).allSatisfy {
                $0.name.hasBytes(of: $1.name) && $0.value.hasBytes(of: $1.value)
            }
        try require(isSame, "written and read again, the fields are others")
    }
}

extension String {
    /// With every byte as `%XX`.
    var escaped: String {
        utf8.map { "%" + ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    }

    /// In quotation marks (RFC 9110 §5.6.4).
    var quoted: String {
        let escaped = unicodeScalars.map { $0 == "\"" || $0 == "\\" ? "\\\($0)" : "\($0)" }
        return "\"" + escaped.joined() + "\""
    }
}
