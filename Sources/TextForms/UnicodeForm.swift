import CUnicode

/// Normal forms of Unicode text (UAX #15), computed by libutf8proc.
public enum UnicodeForm {
    /// The form NFKC: compatible characters become one, marks are composed.
    ///
    /// - Returns: `nil` only when there is no memory for the result.
    public static func nfkc(_ text: String) -> String? {
        if text.utf8.allSatisfy({ $0 < 0x80 }) { return text }
        return transform(text, [UTF8PROC_STABLE, UTF8PROC_COMPAT, UTF8PROC_COMPOSE])
    }

    /// The form in which names are compared: NFKC, case-folded, without characters that show
    /// nothing (toNFKC_Casefold, Unicode §3.13, D147 and following).
    ///
    /// The form of a form is the form itself, so stored forms can be compared byte by byte.
    ///
    /// - Returns: `nil` only when there is no memory for the result.
    public static func nfkcCaseFolded(_ text: String) -> String? {
        if text.utf8.allSatisfy({ $0 < 0x80 }) { return lowercasedASCII(text) }
        // Folding can leave text that NFKC would compose further, and the other way round.
        var form = text
        for _ in 0..<mostPasses {
            guard
                let next = transform(
                    form,
                    [
                        UTF8PROC_STABLE, UTF8PROC_COMPAT, UTF8PROC_COMPOSE, UTF8PROC_CASEFOLD,
                        UTF8PROC_IGNORE,
                    ])
            else { return nil }
            // Not `==` of String, which takes canonically equal texts for the same.
            if next.utf8.elementsEqual(form.utf8) { return form }
            form = next
        }
        return form
    }

    /// Every known text is at rest after the second pass; the others show that it is.
    private static let mostPasses = 4

    private static func lowercasedASCII(_ text: String) -> String {
        String(decoding: text.utf8.map(lowercasedASCII), as: UTF8.self)
    }

    static func lowercasedASCII(_ byte: UInt8) -> UInt8 {
        (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte) ? byte | 0x20 : byte
    }

    private static func transform(_ text: String, _ options: [utf8proc_option_t]) -> String? {
        let combined = options.reduce(UInt32(0)) { $0 | UInt32($1.rawValue) }
        var text = text
        return text.withUTF8 { input in
            var output: UnsafeMutablePointer<UInt8>?
            let count = unsafe utf8proc_map(
                input.baseAddress, input.count, &output, utf8proc_option_t(combined))
            defer { unsafe free(output) }
            guard count >= 0, let start = unsafe output else { return nil }
            return unsafe String(
                decoding: UnsafeBufferPointer(start: start, count: count), as: UTF8.self)
        }
    }
}
