/// Finds the first place that is not UTF-8 (RFC 3629), and names it in CPython's words.
enum InvalidUTF8 {
    struct Place {
        let offset: Int
        let reason: String
    }

    static func first(in text: borrowing Span<UInt8>) -> Place? {
        if text.isASCII { return nil }
        var index = 0
        while index < text.count {
            let lead = text[index]
            if lead < 0x80 {
                index += 1
                continue
            }
            let length: Int
            // The second byte tells overlong forms, surrogates and values beyond U+10FFFF.
            let second: ClosedRange<UInt8>
            switch lead {
            case 0xC2...0xDF: (length, second) = (2, 0x80...0xBF)
            case 0xE0: (length, second) = (3, 0xA0...0xBF)
            case 0xED: (length, second) = (3, 0x80...0x9F)
            case 0xE1...0xEF: (length, second) = (3, 0x80...0xBF)
            case 0xF0: (length, second) = (4, 0x90...0xBF)
            case 0xF1...0xF3: (length, second) = (4, 0x80...0xBF)
            case 0xF4: (length, second) = (4, 0x80...0x8F)
            default: return Place(offset: index, reason: "invalid start byte")
            }
            for step in 1..<length {
                guard index + step < text.count else {
                    return Place(offset: index, reason: "unexpected end of data")
                }
                let allowed = step == 1 ? second : 0x80...0xBF
                guard allowed.contains(text[index + step]) else {
                    return Place(offset: index, reason: "invalid continuation byte")
                }
            }
            index += length
        }
        return nil
    }
}
