@testable import SMTP

extension FuzzTarget {
    /// Header lines of a mail: nothing breaks out of its line, and the reader sees the same text.
    static let header = FuzzTarget("header", longest: 4096) { bytes in
        let text = String(foreign: bytes)
        let address = try MailAddress("no-reply@example.org")
        let message = try? MailMessage(
            sender: address, senderName: text, recipient: address, subject: text, text: "",
            html: "", messageID: "a@example.org", date: 0)
        guard let message else {
            try require(HeaderText.hasControlCharacter(text), "a plain text was refused")
            return
        }
        for line in message.headerLines {
            for piece in line.replacing("\r\n ", with: "\n").split(separator: "\n") {
                try require(piece.utf8.count <= 77, "a line of \(piece.utf8.count) characters")
                try require(
                    piece.utf8.allSatisfy { (0x20...0x7E).contains($0) },
                    "a line breaks out of its header")
            }
        }
        try require(
            decoded(HeaderText.unstructured(text, column: 9)).hasBytes(of: text),
            "the subject reads differently")
        if !text.isEmpty {
            let phrase = HeaderText.phrase(text, column: 6)
            let shown = phrase.hasPrefix("\"") ? unquoted(phrase) : decoded(phrase)
            try require(shown.hasBytes(of: text), "the name reads differently")
        }
    }

    /// What a mail reader shows (RFC 5322 §2.2.3, RFC 2047 §6.2, the "Q" encoding only).
    private static func decoded(_ written: String) -> String {
        let unfolded = written.replacing("\r\n", with: "")
        guard unfolded.hasPrefix("=?") else { return unfolded }
        var bytes: [UInt8] = []
        for word in unfolded.split(separator: " ") {
            var rest = word.dropFirst("=?utf-8?q?".count).dropLast("?=".count).utf8[...]
            while let byte = rest.popFirst() {
                switch byte {
                case UInt8(ascii: "_"): bytes.append(0x20)
                case UInt8(ascii: "="):
                    bytes.append(UInt8(String(foreign: rest.prefix(2)), radix: 16) ?? 0)
                    rest = rest.dropFirst(2)
                default: bytes.append(byte)
                }
            }
        }
        return String(foreign: bytes)
    }

    private static func unquoted(_ text: String) -> String {
        var (result, isEscaped) = (String.UnicodeScalarView(), false)
        for scalar in text.unicodeScalars.dropFirst().dropLast() {
            if scalar == "\\", !isEscaped {
                isEscaped = true
            } else {
                isEscaped = false
                result.append(scalar)
            }
        }
        return String(result)
    }
}
