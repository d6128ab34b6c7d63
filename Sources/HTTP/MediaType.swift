/// A media type with its parameters (RFC 9110 §8.3.1), also the form of `Content-Disposition`.
public struct MediaType: Hashable, Sendable {
    /// The type and subtype in lower case, `application/json` for example.
    public let name: String
    /// The parameters; names in lower case, quotation marks removed.
    public let parameters: [String: String]

    /// Reads a field value; what cannot be read is passed over.
    public init(parsing text: some StringProtocol) {
        // By far the most frequent value is taken as it is.
        if text == "application/json" {
            (name, parameters) = ("application/json", [:])
            return
        }
        var pieces = MediaType.split(text)
        name = pieces.removeFirst().lowercased()
        var parameters: [String: String] = [:]
        for piece in pieces {
            // Not by Character: one that combines with the sign would hide it.
            let scalars = piece.unicodeScalars
            guard let sign = scalars.firstIndex(of: "=") else { continue }
            let key = piece[..<sign].trimmingSpace().lowercased()
            let value = piece[scalars.index(after: sign)...]
            if parameters[key] == nil { parameters[key] = value.trimmingSpace().unquoted() }
        }
        self.parameters = parameters
    }

    /// Splits at semicolons outside of quotation marks.
    private static func split(_ text: some StringProtocol) -> [String] {
        var pieces = [""]
        var quoted = false
        var escaped = false
        for character in text.unicodeScalars {
            if character == ";", !quoted {
                pieces.append("")
                continue
            }
            if character == "\"", !escaped { quoted.toggle() }
            escaped = quoted && character == "\\" && !escaped
            pieces[pieces.count - 1].unicodeScalars.append(character)
        }
        pieces[0] = pieces[0].trimmingSpace()
        return pieces
    }
}

extension StringProtocol {
    /// Without the spaces and tabs around it.
    func trimmingSpace() -> String {
        var slice = unicodeScalars[...]
        while let first = slice.first, first == " " || first == "\t" { slice.removeFirst() }
        while let last = slice.last, last == " " || last == "\t" { slice.removeLast() }
        return String(String.UnicodeScalarView(slice))
    }

    /// Without quotation marks around it and backslashes in it (RFC 9110 §5.6.4).
    func unquoted() -> String {
        guard utf8.count >= 2, unicodeScalars.first == "\"", unicodeScalars.last == "\""
        else { return String(self) }
        var result = String.UnicodeScalarView()
        var escaped = false
        for scalar in unicodeScalars.dropFirst().dropLast() {
            if scalar == "\\", !escaped {
                escaped = true
            } else {
                escaped = false
                result.append(scalar)
            }
        }
        return String(result)
    }
}
