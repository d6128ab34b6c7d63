/// One of the two alphabets of RFC 4648, as tables for both directions.
///
/// Both directions know nothing of padding; ``Base64`` adds it.
struct Base64Alphabet: Sendable {
    /// The alphabet of RFC 4648 §5, with `-` and `_`.
    static let urlSafe = Self(lastTwo: "-_")
    /// The alphabet of RFC 4648 §4, with `+` and `/`.
    static let standard = Self(lastTwo: "+/")

    /// Marks a character that is not in the alphabet.
    private static let foreign: UInt8 = 0xff

    private let characters: [UInt8]
    private let values: [UInt8]

    private init(lastTwo: String) {
        let first = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
        characters = Array((first + lastTwo).utf8)
        var values = [UInt8](repeating: Self.foreign, count: 256)
        for (value, character) in characters.enumerated() {
            values[Int(character)] = UInt8(value)
        }
        self.values = values
    }

    /// Length of the text for so many bytes, without padding.
    static func textCount(forByteCount count: Int) -> Int { (count * 4 + 2) / 3 }

    /// Appends the text of `bytes`, without padding.
    func append(encoding bytes: Span<UInt8>, to text: inout [UInt8]) {
        let characters = characters.span
        text.reserveCapacity(text.count + Self.textCount(forByteCount: bytes.count))
        var index = 0
        while index + 3 <= bytes.count {
            let group =
                Int(bytes[index]) << 16 | Int(bytes[index + 1]) << 8 | Int(bytes[index + 2])
            text.append(characters[group >> 18])
            text.append(characters[group >> 12 & 63])
            text.append(characters[group >> 6 & 63])
            text.append(characters[group & 63])
            index += 3
        }
        switch bytes.count - index {
        case 1:
            let group = Int(bytes[index]) << 4
            text.append(characters[group >> 6])
            text.append(characters[group & 63])
        case 2:
            let group = (Int(bytes[index]) << 8 | Int(bytes[index + 1])) << 2
            text.append(characters[group >> 12])
            text.append(characters[group >> 6 & 63])
            text.append(characters[group & 63])
        default:
            break
        }
    }

    /// Reads text without padding.
    ///
    /// - Returns: `nil` for a foreign character, an impossible length, or bits beyond the last byte
    ///   that are not zero: each value has one text only.
    func decode(_ text: Span<UInt8>) -> [UInt8]? {
        let tail = text.count & 3
        guard tail != 1 else { return nil }
        let values = values.span
        // One bit of `seen` above the low six is set as soon as a foreign character was met.
        var seen: UInt8 = 0
        var unusedBits = 0
        let bytes = unsafe [UInt8](unsafeUninitializedCapacity: text.count / 4 * 3 + 2) {
            output, count in
            var index = 0
            while index + 4 <= text.count {
                let (a, b) = (values[Int(text[index])], values[Int(text[index + 1])])
                let (c, d) = (values[Int(text[index + 2])], values[Int(text[index + 3])])
                seen |= a | b | c | d
                let group =
                    UInt32(a & 63) << 18 | UInt32(b & 63) << 12 | UInt32(c & 63) << 6
                    | UInt32(d & 63)
                unsafe output[count] = UInt8(truncatingIfNeeded: group >> 16)
                unsafe output[count + 1] = UInt8(truncatingIfNeeded: group >> 8)
                unsafe output[count + 2] = UInt8(truncatingIfNeeded: group)
                count += 3
                index += 4
            }
            var group = 0
            while index < text.count {
                let value = values[Int(text[index])]
                seen |= value
                group = group << 6 | Int(value & 63)
                index += 1
            }
            if tail == 2 {
                unsafe output[count] = UInt8(truncatingIfNeeded: group >> 4)
                unusedBits = group & 0b1111
                count += 1
            } else if tail == 3 {
                unsafe output[count] = UInt8(truncatingIfNeeded: group >> 10)
                unsafe output[count + 1] = UInt8(truncatingIfNeeded: group >> 2)
                unusedBits = group & 0b11
                count += 2
            }
        }
        return seen < 64 && unusedBits == 0 ? bytes : nil
    }
}
