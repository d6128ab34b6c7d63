/// Reads one JSON text strictly (RFC 8259).
///
/// Stricter than the RFC asks: a name may stand only once in an object, so that no two readers can
/// disagree on its value (RFC 8725 §2.4 tells why that matters), and brackets nest only so deep.
public struct JSONReader {
    /// How many arrays and objects may lie inside each other.
    public static let depthLimit = 32

    /// Reads a text.
    ///
    /// - Parameter text: The whole text in UTF-8.
    /// - Throws: ``JSONError`` with the first fault and its place.
    public static func read(_ text: [UInt8]) throws(JSONError) -> JSONValue {
        let span = text.span
        if let fault = InvalidUTF8.first(in: span) {
            throw JSONError(
                .invalidUTF8(byte: span[fault.offset], offset: fault.offset, reason: fault.reason),
                at: fault.offset, of: span)
        }
        if span.count >= 3, span[0] == 0xEF, span[1] == 0xBB, span[2] == 0xBF {
            throw JSONError(.byteOrderMark, at: 0, of: span)
        }
        var cursor = 0
        skipSpace(span, &cursor)
        let value = try value(span, &cursor, depth: 0)
        skipSpace(span, &cursor)
        guard cursor == span.count else { throw JSONError(.extraData, at: cursor, of: span) }
        return value
    }

    private static func value(
        _ text: borrowing Span<UInt8>, _ cursor: inout Int, depth: Int
    ) throws(JSONError) -> JSONValue {
        guard cursor < text.count else { throw JSONError(.expectedValue, at: cursor, of: text) }
        switch text[cursor] {
        case UInt8(ascii: "\""):
            return switch try JSONStringReader.read(text, &cursor) {
            case .text(let string): .string(string)
            case .unpairedSurrogate(let half): .unpairedSurrogate(half)
            }
        case UInt8(ascii: "{"):
            guard depth < depthLimit else { throw JSONError(.tooDeep, at: cursor, of: text) }
            return .object(try object(text, &cursor, depth: depth))
        case UInt8(ascii: "["):
            guard depth < depthLimit else { throw JSONError(.tooDeep, at: cursor, of: text) }
            return .array(try array(text, &cursor, depth: depth))
        case UInt8(ascii: "n") where take("null", text, &cursor): return .null
        case UInt8(ascii: "t") where take("true", text, &cursor): return .boolean(true)
        case UInt8(ascii: "f") where take("false", text, &cursor): return .boolean(false)
        case UInt8(ascii: "0")...UInt8(ascii: "9"): return .number(try number(text, &cursor))
        default:
            for word in ["NaN", "Infinity", "-Infinity"] {
                let start = cursor
                if take(word, text, &cursor) {
                    throw JSONError(.notANumber(word), at: start, of: text)
                }
            }
            return .number(try number(text, &cursor))
        }
    }

    private static func object(
        _ text: borrowing Span<UInt8>, _ cursor: inout Int, depth: Int
    ) throws(JSONError) -> JSONObject {
        cursor += 1
        skipSpace(text, &cursor)
        var members: [JSONObject.Member] = []
        members.reserveCapacity(6)
        if cursor < text.count, text[cursor] == UInt8(ascii: "}") {
            cursor += 1
            return JSONObject()
        }
        while true {
            guard cursor < text.count, text[cursor] == UInt8(ascii: "\"") else {
                throw JSONError(.expectedName, at: cursor, of: text)
            }
            let nameOffset = cursor
            let name =
                switch try JSONStringReader.read(text, &cursor) {
                case .text(let string): string
                // Such a name is none that anybody looks for; it only must stay one name.
                case .unpairedSurrogate(let half): "\u{FFFD}" + String(half, radix: 16)
                }
            skipSpace(text, &cursor)
            guard cursor < text.count, text[cursor] == UInt8(ascii: ":") else {
                throw JSONError(.expectedColon, at: cursor, of: text)
            }
            cursor += 1
            skipSpace(text, &cursor)
            let value = try value(text, &cursor, depth: depth + 1)
            members.append(.init(name, value))
            skipSpace(text, &cursor)
            guard cursor < text.count else { throw JSONError(.expectedComma, at: cursor, of: text) }
            if text[cursor] == UInt8(ascii: "}") {
                cursor += 1
                if hasDuplicate(members) {
                    throw JSONError(.duplicateName, at: nameOffset, of: text)
                }
                return JSONObject(members)
            }
            guard text[cursor] == UInt8(ascii: ",") else {
                throw JSONError(.expectedComma, at: cursor, of: text)
            }
            cursor += 1
            skipSpace(text, &cursor)
        }
    }

    /// A few names are compared with each other; many are put into a set, which does not grow with
    /// the square of their number.
    private static func hasDuplicate(_ members: [JSONObject.Member]) -> Bool {
        if members.count > 8 {
            return Set(members.lazy.map { Array($0.name.utf8) }).count < members.count
        }
        for index in members.indices.dropFirst() {
            let name = members[index].name
            // Swift calls two names equal that are so to a reader (Unicode's canonical equivalence);
            // here each byte counts.
            if members[..<index].contains(where: {
                $0.name == name && $0.name.utf8.elementsEqual(name.utf8)
            }) {
                return true
            }
        }
        return false
    }

    private static func array(
        _ text: borrowing Span<UInt8>, _ cursor: inout Int, depth: Int
    ) throws(JSONError) -> [JSONValue] {
        cursor += 1
        skipSpace(text, &cursor)
        var values: [JSONValue] = []
        if cursor < text.count, text[cursor] == UInt8(ascii: "]") {
            cursor += 1
            return values
        }
        while true {
            values.append(try value(text, &cursor, depth: depth + 1))
            skipSpace(text, &cursor)
            guard cursor < text.count else { throw JSONError(.expectedComma, at: cursor, of: text) }
            if text[cursor] == UInt8(ascii: "]") {
                cursor += 1
                return values
            }
            guard text[cursor] == UInt8(ascii: ",") else {
                throw JSONError(.expectedComma, at: cursor, of: text)
            }
            cursor += 1
            skipSpace(text, &cursor)
        }
    }

    private static func number(
        _ text: borrowing Span<UInt8>, _ cursor: inout Int
    ) throws(JSONError) -> JSONNumber {
        let start = cursor
        var end = cursor
        if end < text.count, text[end] == UInt8(ascii: "-") { end += 1 }
        guard let first = digit(text, end) else {
            throw JSONError(.expectedValue, at: start, of: text)
        }
        end += 1
        if first != 0 { skipDigits(text, &end) }
        if end < text.count, text[end] == UInt8(ascii: "."), digit(text, end + 1) != nil {
            end += 1
            skipDigits(text, &end)
        }
        if end < text.count, text[end] | 0x20 == UInt8(ascii: "e") {
            var exponent = end + 1
            if exponent < text.count,
                text[exponent] == UInt8(ascii: "+") || text[exponent] == UInt8(ascii: "-")
            {
                exponent += 1
            }
            if digit(text, exponent) != nil {
                skipDigits(text, &exponent)
                end = exponent
            }
        }
        cursor = end
        return JSONNumber(matched: String(copying: text, start..<end))
    }

    private static func digit(_ text: borrowing Span<UInt8>, _ index: Int) -> UInt8? {
        guard index < text.count, (0x30...0x39).contains(text[index]) else { return nil }
        return text[index] - 0x30
    }

    private static func skipDigits(_ text: borrowing Span<UInt8>, _ cursor: inout Int) {
        while digit(text, cursor) != nil { cursor += 1 }
    }

    private static func skipSpace(_ text: borrowing Span<UInt8>, _ cursor: inout Int) {
        while cursor < text.count {
            switch text[cursor] {
            case 0x20, 0x09, 0x0A, 0x0D: cursor += 1
            default: return
            }
        }
    }

    private static func take(
        _ word: String, _ text: borrowing Span<UInt8>, _ cursor: inout Int
    ) -> Bool {
        var index = cursor
        for byte in word.utf8 {
            guard index < text.count, text[index] == byte else { return false }
            index += 1
        }
        cursor = index
        return true
    }
}

extension String {
    /// Copies a range of a text that is known to be UTF-8.
    init(copying text: borrowing Span<UInt8>, _ range: Range<Int>) {
        self = unsafe text.extracting(range).withUnsafeBufferPointer {
            unsafe String(decoding: $0, as: UTF8.self)
        }
    }
}
