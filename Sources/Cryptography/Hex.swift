/// Hexadecimal text, in lower case.
public enum Hex {
    /// Two lower-case digits for each byte.
    public static func encode(_ bytes: [UInt8]) -> String {
        unsafe String(unsafeUninitializedCapacity: bytes.count * 2) { text in
            for (index, byte) in bytes.enumerated() {
                unsafe text[index * 2] = digit(byte >> 4)
                unsafe text[index * 2 + 1] = digit(byte & 15)
            }
            return bytes.count * 2
        }
    }

    /// The bytes that the digits stand for, in either case.
    ///
    /// - Returns: `nil` for an odd number of digits or any other character.
    public static func decode(_ text: Span<UInt8>) -> [UInt8]? {
        guard text.count.isMultiple(of: 2) else { return nil }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(text.count / 2)
        for index in 0..<text.count / 2 {
            let (high, low) = (value(of: text[index * 2]), value(of: text[index * 2 + 1]))
            guard high | low < 16 else { return nil }
            bytes.append(high << 4 | low)
        }
        return bytes
    }

    /// The same for collections.
    public static func decode(_ text: some Collection<UInt8>) -> [UInt8]? {
        decode(Array(text).span)
    }

    private static func digit(_ value: UInt8) -> UInt8 {
        value < 10 ? UInt8(ascii: "0") + value : UInt8(ascii: "a") + value - 10
    }

    /// The value of a digit; 16 and more for another character.
    private static func value(of character: UInt8) -> UInt8 {
        let digit = character &- UInt8(ascii: "0")
        if digit < 10 { return digit }
        // Both cases of a letter differ in this bit.
        let letter = (character | 0x20) &- UInt8(ascii: "a")
        return letter < 6 ? letter + 10 : UInt8.max
    }
}
