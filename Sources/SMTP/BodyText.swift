/// The text of a body as it travels.
enum BodyText {
    /// Makes every line end CR LF (RFC 5322 §2.3: neither stands alone) and the last line whole.
    static func withLineEndsOfMail(_ text: String) -> [UInt8] {
        var result: [UInt8] = []
        result.reserveCapacity(text.utf8.count + text.utf8.count / 16)
        var before: UInt8 = 0
        for byte in text.utf8 {
            switch byte {
            case 0x0d: result += [0x0d, 0x0a]
            case 0x0a: if before != 0x0d { result += [0x0d, 0x0a] }
            default: result.append(byte)
            }
            before = byte
        }
        if result.last != 0x0a { result += [0x0d, 0x0a] }
        return result
    }
}
