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

    /// The text of `bytes`, as ASCII and without padding.
    func encode(_ bytes: Span<UInt8>) -> [UInt8] {
        var text: [UInt8] = []
        append(encoding: bytes, to: &text)
        return text
    }

    /// Appends the text of `bytes`, as ASCII and without padding.
    func append(encoding bytes: Span<UInt8>, to text: inout [UInt8]) {
        let start = text.count
        text.append(contentsOf: repeatElement(0, count: (bytes.count * 4 + 2) / 3))
        unsafe text.withUnsafeMutableBufferPointer { text in
            unsafe characters.withUnsafeBufferPointer { characters in
                unsafe bytes.withUnsafeBufferPointer { bytes in
                    unsafe Self.encode(
                        bytes, with: characters, into: .init(rebasing: text[start...]))
                }
            }
        }
    }

    /// Reads text without padding.
    ///
    /// - Returns: `nil` for a foreign character, an impossible length, or bits beyond the last byte
    ///   that are not zero: each value has one text only.
    func decode(_ text: Span<UInt8>) -> [UInt8]? {
        guard text.count % 4 != 1 else { return nil }
        let count = text.count * 3 / 4
        // Most texts are short: on the stack first, and then into an array of the right size, is cheaper
        // than an array that is made before it is filled.
        return unsafe withUnsafeTemporaryAllocation(of: UInt8.self, capacity: count) { output in
            let isGood = unsafe values.withUnsafeBufferPointer { values in
                unsafe text.withUnsafeBufferPointer { text in
                    unsafe Self.decode(text, with: values, into: output)
                }
            }
            guard isGood else { return nil }
            var bytes: [UInt8] = []
            unsafe bytes.append(contentsOf: UnsafeBufferPointer(output))
            return bytes
        }
    }

    private static func encode(
        _ bytes: UnsafeBufferPointer<UInt8>, with characters: UnsafeBufferPointer<UInt8>,
        into output: UnsafeMutableBufferPointer<UInt8>
    ) {
        var (read, written) = (0, 0)
        while read + 3 <= bytes.count {
            let group =
                unsafe Int(bytes[read]) << 16 | Int(bytes[read + 1]) << 8
                | Int(bytes[read + 2])
            unsafe output[written] = characters[group >> 18]
            unsafe output[written + 1] = characters[group >> 12 & 63]
            unsafe output[written + 2] = characters[group >> 6 & 63]
            unsafe output[written + 3] = characters[group & 63]
            read += 3
            written += 4
        }
        switch bytes.count - read {
        case 1:
            let group = unsafe Int(bytes[read]) << 4
            unsafe output[written] = characters[group >> 6]
            unsafe output[written + 1] = characters[group & 63]
        case 2:
            let group = unsafe Int(bytes[read]) << 10 | Int(bytes[read + 1]) << 2
            unsafe output[written] = characters[group >> 12]
            unsafe output[written + 1] = characters[group >> 6 & 63]
            unsafe output[written + 2] = characters[group & 63]
        default:
            break
        }
    }

    /// - Returns: Whether the text was good; `output` is filled in any case.
    private static func decode(
        _ text: UnsafeBufferPointer<UInt8>, with values: UnsafeBufferPointer<UInt8>,
        into output: UnsafeMutableBufferPointer<UInt8>
    ) -> Bool {
        // Collects all values: bits above the low six show that a foreign character was met.
        var seen: UInt8 = 0
        var (read, written) = (0, 0)
        while read + 4 <= text.count {
            let (a, b) = unsafe (values[Int(text[read])], values[Int(text[read + 1])])
            let (c, d) = unsafe (values[Int(text[read + 2])], values[Int(text[read + 3])])
            seen |= a | b | c | d
            unsafe output[written] = a << 2 | (b >> 4 & 0b11)
            unsafe output[written + 1] = b << 4 | (c >> 2 & 0b1111)
            unsafe output[written + 2] = c << 6 | (d & 0b11_1111)
            read += 4
            written += 3
        }
        var unused: UInt8 = 0
        if text.count - read >= 2 {
            let (a, b) = unsafe (values[Int(text[read])], values[Int(text[read + 1])])
            seen |= a | b
            unsafe output[written] = a << 2 | (b >> 4 & 0b11)
            unused = b & 0b1111
            if text.count - read == 3 {
                let c = unsafe values[Int(text[read + 2])]
                seen |= c
                unsafe output[written + 1] = b << 4 | (c >> 2 & 0b1111)
                unused = c & 0b11
            }
        }
        return seen < 64 && unused == 0
    }
}
