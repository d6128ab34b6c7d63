/// Reads `multipart/form-data` (RFC 7578) as far as this service needs it: text fields.
public enum MultipartReader {
    /// Why a body is not such a form.
    public enum Fault: Error, Hashable, Sendable {
        /// The content type names no boundary, or one of over 70 characters (RFC 2046 §5.1.1).
        case boundary
        /// The body does not have the parts that its boundary promises.
        case malformed
    }

    /// Reads a form; parts with a file name are passed over, since no field takes a file.
    ///
    /// - Parameters:
    ///   - body: The whole body.
    ///   - boundary: The parameter of the content type.
    public static func read(_ body: [UInt8], boundary: String) throws(Fault) -> [FormField] {
        guard (1...70).contains(boundary.utf8.count) else { throw .boundary }
        let delimiter = Array("--".utf8) + Array(boundary.utf8)
        guard var cursor = body.firstRange(of: delimiter, from: 0)?.upperBound else {
            throw .malformed
        }
        let lineDelimiter = Array("\r\n".utf8) + delimiter
        var fields: [FormField] = []
        while true {
            if body[cursor...].starts(with: "--".utf8) { return fields }
            guard fields.count < FormReader.fieldLimit,
                let start = body.skipLineEnd(from: cursor),
                let end = body.firstRange(of: lineDelimiter, from: start - 2)
            else { throw .malformed }
            if let field = try field(of: body[start..<max(start, end.lowerBound)]) {
                fields.append(field)
            }
            cursor = end.upperBound
        }
    }

    private static func field(of part: ArraySlice<UInt8>) throws(Fault) -> FormField? {
        let head: ArraySlice<UInt8>
        let content: ArraySlice<UInt8>
        if part.starts(with: "\r\n".utf8) {
            return nil
        } else if let gap = Array(part).firstRange(of: Array("\r\n\r\n".utf8), from: 0) {
            head = part[..<(part.startIndex + gap.lowerBound)]
            content = part[(part.startIndex + gap.upperBound)...]
        } else {
            throw .malformed
        }
        for line in String(decoding: head, as: UTF8.self).split(separator: "\r\n") {
            let pair = line.split(separator: ":", maxSplits: 1)
            guard pair.count == 2, pair[0].lowercased() == "content-disposition" else { continue }
            let disposition = MediaType(parsing: pair[1])
            guard let name = disposition.parameters["name"] else { return nil }
            guard disposition.parameters["filename"] == nil else { return nil }
            return FormField(name: name, value: String(decoding: content, as: UTF8.self))
        }
        return nil
    }
}

extension [UInt8] {
    /// The place behind the end of the line that a delimiter stands on; white space may pad it.
    fileprivate func skipLineEnd(from start: Int) -> Int? {
        var index = start
        while index < count, self[index] == 0x20 || self[index] == 0x09 { index += 1 }
        guard self[index...].starts(with: "\r\n".utf8) else { return nil }
        return index + 2
    }
}
