/// Looks at many bytes of a text at once: most texts are tokens, long and without anything special.
extension Span<UInt8> {
    /// Whether all bytes are below 0x80.
    ///
    /// Every byte is looked at, without an early end; so the compiler takes sixteen at a time.
    var isASCII: Bool {
        unsafe withUnsafeBufferPointer { bytes in
            var all: UInt8 = 0
            for index in 0..<bytes.count { all |= unsafe bytes[index] }
            return all < 0x80
        }
    }

    /// The first place from `start` on whose byte may not stand in a string as it is, or the end
    /// (RFC 8259 §7): a quotation mark, a backslash, or one below U+0020.
    func endOfPlain(from start: Int) -> Int {
        var index = start
        // Eight at a time; the expression is not 0 when one of the eight is what is looked for
        // (Warren, Hacker's Delight, §6-1).
        while index + 8 <= count {
            let word = unsafe bytes.unsafeLoadUnaligned(fromByteOffset: index, as: UInt64.self)
            let quotes = word ^ (Self.ones &* UInt64(UInt8(ascii: "\"")))
            let escapes = word ^ (Self.ones &* UInt64(UInt8(ascii: "\\")))
            let found =
                (word &- Self.ones &* 0x20) & ~word | (quotes &- Self.ones) & ~quotes
                | (escapes &- Self.ones) & ~escapes
            if found & (Self.ones << 7) != 0 { break }
            index += 8
        }
        while index < count, self[index] >= 0x20, self[index] != UInt8(ascii: "\""),
            self[index] != UInt8(ascii: "\\")
        {
            index += 1
        }
        return index
    }

    /// The number one in each of eight bytes.
    private static var ones: UInt64 { 0x0101_0101_0101_0101 }
}
