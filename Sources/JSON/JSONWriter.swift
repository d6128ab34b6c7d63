/// Writes compact JSON: no spaces, members in order, non-ASCII characters as they are.
public struct JSONWriter {
    /// What has been written, in UTF-8.
    public private(set) var bytes: [UInt8] = []

    /// - Parameter capacity: About how many bytes will be written.
    public init(capacity: Int = 256) {
        bytes.reserveCapacity(capacity)
    }

    /// Takes out what has been written.
    ///
    /// - Parameter capacity: About how many bytes will be written next.
    public mutating func take(capacity: Int) -> [UInt8] {
        var taken: [UInt8] = []
        taken.reserveCapacity(capacity)
        swap(&taken, &bytes)
        return taken
    }

    /// The bytes of one value.
    public static func write(_ value: JSONValue) -> [UInt8] {
        var writer = JSONWriter()
        writer.append(value)
        return writer.bytes
    }

    /// Appends text that is JSON already: punctuation, or a literal of the program.
    public mutating func append(raw text: StaticString) {
        text.withUTF8Buffer { utf8 in
            // Mostly it is a comma or a colon, for which a loop would be much.
            if utf8.count == 1 {
                unsafe bytes.append(utf8[0])
            } else {
                unsafe bytes.append(contentsOf: utf8)
            }
        }
    }

    /// Appends bytes that are JSON already.
    public mutating func append(bytes more: [UInt8]) {
        bytes.append(contentsOf: more)
    }

    /// Appends an integer.
    public mutating func append(integer: Int64) {
        if integer < 0 { bytes.append(UInt8(ascii: "-")) }
        append(unsigned: integer.magnitude)
    }

    /// Appends an integer that is not negative.
    public mutating func append(unsigned integer: UInt64) {
        var rest = integer
        var first = bytes.count
        repeat {
            bytes.append(UInt8(ascii: "0") + UInt8(rest % 10))
            rest /= 10
        } while rest > 0
        // The last digit came first.
        var last = bytes.count - 1
        while first < last {
            bytes.swapAt(first, last)
            first += 1
            last -= 1
        }
    }

    /// Appends a value.
    public mutating func append(_ value: JSONValue) {
        switch value {
        case .null: append(raw: "null")
        case .boolean(let flag): append(raw: flag ? "true" : "false")
        case .number(let number): bytes.append(contentsOf: number.text.utf8)
        case .string(let text): append(string: text)
        case .unpairedSurrogate(let half):
            append(raw: "\"\\u")
            bytes.append(contentsOf: String(half, radix: 16).utf8)
            append(raw: "\"")
        case .array(let values):
            append(raw: "[")
            for (index, value) in values.enumerated() {
                if index > 0 { append(raw: ",") }
                append(value)
            }
            append(raw: "]")
        case .object(let object):
            append(raw: "{")
            for (index, member) in object.members.enumerated() {
                if index > 0 { append(raw: ",") }
                append(string: member.name)
                append(raw: ":")
                append(member.value)
            }
            append(raw: "}")
        }
    }

    /// Appends a string in quotation marks.
    public mutating func append(string text: String) {
        bytes.append(UInt8(ascii: "\""))
        // Tokens and names have nothing to escape and are copied as a whole.
        var text = text
        let isCopied = text.withUTF8 { utf8 in
            let span = unsafe Span(_unsafeElements: utf8)
            guard span.endOfPlain(from: 0) == span.count else { return false }
            unsafe bytes.append(contentsOf: utf8)
            return true
        }
        guard !isCopied else {
            bytes.append(UInt8(ascii: "\""))
            return
        }
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "\""): append(raw: "\\\"")
            case UInt8(ascii: "\\"): append(raw: "\\\\")
            case 0x08: append(raw: "\\b")
            case 0x0C: append(raw: "\\f")
            case 0x0A: append(raw: "\\n")
            case 0x0D: append(raw: "\\r")
            case 0x09: append(raw: "\\t")
            case 0..<0x20:
                append(raw: byte < 0x10 ? "\\u000" : "\\u00")
                bytes.append(contentsOf: String(byte, radix: 16).utf8)
            default: bytes.append(byte)
            }
        }
        bytes.append(UInt8(ascii: "\""))
    }
}
