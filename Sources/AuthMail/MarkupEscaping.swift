import Mustache

/// Escapes values for HTML, scalar by scalar.
///
/// The escaping that comes with the template library looks at whole characters, and a quote with
/// a combining accent behind it is another character than a quote.
struct MarkupEscaping: MustacheContentType {
    /// The name under which templates ask for it.
    static let name = "MARKUP_BY_SCALAR"

    /// Puts this escaping in place of the library's for the whole template.
    static func applied(to template: String) -> String {
        MustacheContentTypes.register(Self(), named: name)
        return "{{% CONTENT_TYPE:\(name)}}" + template
    }

    func escapeText(_ text: String) -> String {
        var result = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "&": result += "&amp;"
            case "<": result += "&lt;"
            case ">": result += "&gt;"
            case "\"": result += "&quot;"
            case "'": result += "&#39;"
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result
    }
}
