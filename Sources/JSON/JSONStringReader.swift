/// Reads the strings of a JSON text (RFC 8259 §7).
enum JSONStringReader {
    enum Result {
        case text(String)
        case unpairedSurrogate(UInt16)
    }

    /// - Parameters:
    ///   - text: The whole text, which is valid UTF-8.
    ///   - cursor: The opening quotation mark before, the byte behind the closing one after.
    static func read(
        _ text: borrowing Span<UInt8>, _ cursor: inout Int
    ) throws(JSONError) -> Result {
        let opening = cursor
        let end = text.endOfPlain(from: opening + 1)
        guard end < text.count else { throw JSONError(.unterminatedString, at: opening, of: text) }
        switch text[end] {
        case UInt8(ascii: "\""):
            cursor = end + 1
            return .text(String(copying: text, opening + 1..<end))
        case UInt8(ascii: "\\"):
            return try readEscaped(text, &cursor)
        default:
            throw JSONError(.controlCharacter, at: end, of: text)
        }
    }

    /// The slower way, for a string that has escapes.
    private static func readEscaped(
        _ text: borrowing Span<UInt8>, _ cursor: inout Int
    ) throws(JSONError) -> Result {
        let opening = cursor
        var index = opening + 1
        var scalars: [UInt8] = []
        var firstHalf: UInt16?
        while index < text.count {
            switch text[index] {
            case UInt8(ascii: "\""):
                cursor = index + 1
                if let firstHalf { return .unpairedSurrogate(firstHalf) }
                return .text(String(decoding: scalars, as: UTF8.self))
            case UInt8(ascii: "\\"):
                guard index + 1 < text.count else {
                    throw JSONError(.unterminatedString, at: opening, of: text)
                }
                if text[index + 1] == UInt8(ascii: "u") {
                    let unit = try unicodeEscape(text, index)
                    index += 6
                    if let scalar = Unicode.Scalar(unit) {
                        scalars.append(contentsOf: Array(String(scalar).utf8))
                    } else if let scalar = try pair(high: unit, text, index) {
                        index += 6
                        scalars.append(contentsOf: Array(String(scalar).utf8))
                    } else {
                        firstHalf = firstHalf ?? unit
                    }
                } else {
                    guard let byte = simpleEscape(text[index + 1]) else {
                        throw JSONError(.invalidEscape, at: index, of: text)
                    }
                    scalars.append(byte)
                    index += 2
                }
            case 0..<0x20:
                throw JSONError(.controlCharacter, at: index, of: text)
            case let byte:
                scalars.append(byte)
                index += 1
            }
        }
        throw JSONError(.unterminatedString, at: opening, of: text)
    }

    private static func simpleEscape(_ byte: UInt8) -> UInt8? {
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): byte
        case UInt8(ascii: "b"): 0x08
        case UInt8(ascii: "f"): 0x0C
        case UInt8(ascii: "n"): 0x0A
        case UInt8(ascii: "r"): 0x0D
        case UInt8(ascii: "t"): 0x09
        default: nil
        }
    }

    /// - Parameter index: The backslash of a `\u`.
    private static func unicodeEscape(
        _ text: borrowing Span<UInt8>, _ index: Int
    ) throws(JSONError) -> UInt16 {
        var unit: UInt16 = 0
        for digit in index + 2..<index + 6 {
            guard digit < text.count, let value = hexadecimal(text[digit]) else {
                throw JSONError(.invalidUnicodeEscape, at: index + 1, of: text)
            }
            unit = unit << 4 | value
        }
        return unit
    }

    /// The scalar of a surrogate pair whose second half is escaped at `index`, nil without one.
    private static func pair(
        high: UInt16, _ text: borrowing Span<UInt8>, _ index: Int
    ) throws(JSONError) -> Unicode.Scalar? {
        guard UTF16.isLeadSurrogate(high), index + 1 < text.count,
            text[index] == UInt8(ascii: "\\"), text[index + 1] == UInt8(ascii: "u")
        else { return nil }
        let low = try unicodeEscape(text, index)
        guard UTF16.isTrailSurrogate(low) else { return nil }
        return Unicode.Scalar(0x10000 + (UInt32(high) - 0xD800) << 10 + (UInt32(low) - 0xDC00))
    }

    private static func hexadecimal(_ byte: UInt8) -> UInt16? {
        switch byte {
        case 0x30...0x39: UInt16(byte - 0x30)
        case 0x41...0x46: UInt16(byte - 0x37)
        case 0x61...0x66: UInt16(byte - 0x57)
        default: nil
        }
    }
}
