/// The text of a header as it travels: ASCII only, folded, nothing injectable.
enum HeaderText {
    /// Longest line that is written, without CR LF (RFC 5322 §2.1.1: 78; RFC 2047 §2: 76 for a
    /// line with an encoded word).
    static let lineLimit = 76
    /// Longest encoded word (RFC 2047 §2).
    static let wordLimit = 75

    /// Whether a text would break out of its header or show nothing a person can read.
    static func hasControlCharacter(_ text: String) -> Bool {
        text.unicodeScalars.contains { scalar in
            scalar.value < 0x20 || (0x7f...0x9f).contains(scalar.value)
                || scalar.value == 0x2028 || scalar.value == 0x2029
        }
    }

    /// Writes unstructured text (RFC 5322 §2.2.1) behind a header name.
    ///
    /// - Parameters:
    ///   - text: Without control characters.
    ///   - column: How many characters already stand in the first line.
    static func unstructured(_ text: String, column: Int) -> String {
        foldedPlain(text, column: column) ?? encodedWords(text, column: column)
    }

    /// Writes a display name (RFC 5322 §3.4, `phrase`).
    ///
    /// - Parameters:
    ///   - text: Without control characters.
    ///   - column: How many characters already stand in the first line.
    static func phrase(_ text: String, column: Int) -> String {
        let isPlain = text.utf8.allSatisfy { (0x20...0x7e).contains($0) } && !text.contains("=?")
        let escaped = text.map { $0 == "\"" || $0 == "\\" ? "\\\($0)" : "\($0)" }.joined()
        guard isPlain, escaped.utf8.count + column + 3 <= lineLimit else {
            return encodedWords(text, column: column)
        }
        return "\"\(escaped)\""
    }

    /// Folds at single spaces; `nil` where that cannot give the same text back.
    private static func foldedPlain(_ text: String, column: Int) -> String? {
        guard text.utf8.allSatisfy({ (0x20...0x7e).contains($0) }), !text.contains("=?") else {
            return nil
        }
        let words = text.split(separator: " ", omittingEmptySubsequences: false)
        guard words.allSatisfy({ !$0.isEmpty && $0.utf8.count < lineLimit }) else { return nil }
        var result = ""
        var used = column
        for (index, word) in words.enumerated() {
            if index == 0 {
                guard used + word.utf8.count <= lineLimit else { return nil }
            } else if used + 1 + word.utf8.count > lineLimit {
                result += "\r\n "
                used = 1
            } else {
                result += " "
                used += 1
            }
            result += word
            used += word.utf8.count
        }
        return result
    }

    /// Writes encoded words in UTF-8 with the "Q" encoding (RFC 2047 §4.2).
    ///
    /// Only the characters that §5 (3) allows in a phrase stay as they are, so that the words are
    /// right in every place. No character is split between two words (§5).
    private static func encodedWords(_ text: String, column: Int) -> String {
        let (begin, end) = ("=?utf-8?q?", "?=")
        var result = begin
        var used = column + begin.utf8.count
        var length = begin.utf8.count
        for scalar in text.unicodeScalars {
            let piece = encoded(scalar)
            let isFull =
                used + piece.utf8.count + end.utf8.count > lineLimit
                || length + piece.utf8.count + end.utf8.count > wordLimit
            if isFull {
                result += end + "\r\n " + begin
                used = 1 + begin.utf8.count
                length = begin.utf8.count
            }
            result += piece
            used += piece.utf8.count
            length += piece.utf8.count
        }
        return result + end
    }

    private static func encoded(_ scalar: Unicode.Scalar) -> String {
        switch scalar {
        case "a"..."z", "A"..."Z", "0"..."9", "!", "*", "+", "-", "/": return String(scalar)
        case " ": return "_"
        default:
            return UTF8.encode(scalar).map { bytes in
                bytes.map { byte in
                    let digits = String(byte, radix: 16, uppercase: true)
                    return byte < 16 ? "=0\(digits)" : "=\(digits)"
                }.joined()
            } ?? ""
        }
    }
}
