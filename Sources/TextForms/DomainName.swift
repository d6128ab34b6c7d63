import CUnicode

/// Names of mail domains (RFC 1035 §2.3.4, RFC 5890).
public enum DomainName {
    /// The one ASCII form of a domain, in lower case, with A-labels for the others.
    ///
    /// IDNA2008 without any mapping (RFC 5891): text that is not its own normal form, such as full
    /// width letters or the Kelvin sign, is refused and not taken for something else. Only A to Z
    /// become lower case.
    ///
    /// - Parameter domain: Two labels or more, or exactly `localhost`; no dot at the end.
    /// - Returns: `nil` for a label that is empty, longer than 63 bytes, begins or ends with a
    ///   hyphen or has a character that is not allowed; a last label of one character or of digits
    ///   only; more than 253 bytes in all.
    public static func asciiForm(of domain: String) -> String? {
        // A character of a longer name takes at least a byte of the A-label.
        guard domain.utf8.count <= 4 * longestName else { return nil }
        let lowercase = domain.utf8.map(UnicodeForm.lowercasedASCII)
        if lowercase.elementsEqual("localhost".utf8) { return "localhost" }
        let labels = lowercase.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
        guard labels.count >= 2, let last = labels.last, last.count >= 2,
            !last.allSatisfy(isDigit)
        else {
            return nil
        }
        var form: [UInt8] = []
        for label in labels {
            guard let ascii = asciiForm(ofLabel: label) else { return nil }
            if !form.isEmpty { form.append(UInt8(ascii: ".")) }
            form += ascii
        }
        guard form.count <= longestName else { return nil }
        return String(decoding: form, as: UTF8.self)
    }

    /// 255 octets on the wire (RFC 1035 §2.3.4) are 253 as text.
    private static let longestName = 253
    private static let labelCounts = 1...63

    private static func asciiForm(ofLabel label: ArraySlice<UInt8>) -> [UInt8]? {
        guard label.allSatisfy({ $0 < 0x80 }) else {
            return registeredForm(unicode: label, ascii: nil)
        }
        guard labelCounts.contains(label.count), label.allSatisfy(isLetterDigitOrHyphen),
            label.first != UInt8(ascii: "-"), label.last != UInt8(ascii: "-")
        else { return nil }
        // An A-label must stand for a valid label and be the one way to write it.
        if label.starts(with: "xn--".utf8) { return registeredForm(unicode: nil, ascii: label) }
        return Array(label)
    }

    /// Checks a label as a registry does (`idn2_register_u8`, RFC 5891 §4).
    private static func registeredForm(
        unicode: ArraySlice<UInt8>?, ascii: ArraySlice<UInt8>?
    ) -> [UInt8]? {
        // NUL would end the text for C.
        guard unicode?.contains(0) != true else { return nil }
        let unicodeText = unicode.map { Array($0) + [0] }
        let asciiText = ascii.map { Array($0) + [0] }
        var output: UnsafeMutablePointer<UInt8>?
        let status = unsafe idn2_register_u8(unicodeText, asciiText, &output, 0)
        defer { unsafe idn2_free(output) }
        guard status == IDN2_OK.rawValue, let start = unsafe output else { return nil }
        return unsafe Array(String(cString: start).utf8)
    }

    private static func isDigit(_ character: UInt8) -> Bool {
        (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(character)
    }

    private static func isLetterDigitOrHyphen(_ character: UInt8) -> Bool {
        isDigit(character) || (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(character)
            || character == UInt8(ascii: "-")
    }
}
