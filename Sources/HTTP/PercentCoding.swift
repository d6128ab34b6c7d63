/// Percent-encoding (RFC 3986 §2.1) and the form encoding built on it.
public enum PercentCoding {
    /// Decodes `%XX`; a percent sign without two hexadecimal digits stays as it is.
    ///
    /// - Parameters:
    ///   - text: The bytes as sent.
    ///   - plusIsSpace: Whether `+` means a space, as in `application/x-www-form-urlencoded`.
    /// - Returns: The bytes meant, which need not be UTF-8.
    public static func decode(_ text: some Collection<UInt8>, plusIsSpace: Bool) -> [UInt8] {
        var result: [UInt8] = []
        result.reserveCapacity(text.count)
        var index = text.startIndex
        while index != text.endIndex {
            let byte = text[index]
            let next = text.index(after: index)
            if byte == UInt8(ascii: "%"), let (value, end) = hexadecimalPair(in: text, from: next) {
                result.append(value)
                index = end
                continue
            }
            result.append(plusIsSpace && byte == UInt8(ascii: "+") ? 0x20 : byte)
            index = next
        }
        return result
    }

    private static func hexadecimalPair<Text: Collection<UInt8>>(
        in text: Text, from start: Text.Index
    ) -> (UInt8, Text.Index)? {
        guard start != text.endIndex, let high = hexadecimal(text[start]) else { return nil }
        let second = text.index(after: start)
        guard second != text.endIndex, let low = hexadecimal(text[second]) else { return nil }
        return (high << 4 | low, text.index(after: second))
    }

    private static func hexadecimal(_ byte: UInt8) -> UInt8? {
        switch byte {
        case 0x30...0x39: byte - 0x30
        case 0x41...0x46: byte - 0x37
        case 0x61...0x66: byte - 0x57
        default: nil
        }
    }
}
