/// Why a text is not the JSON that this service reads, and where.
///
/// The sentences of faults that every reader has are those of CPython's `json` module, which clients
/// of the replaced system have seen.
public struct JSONError: Error, Hashable, Sendable {
    /// What is wrong.
    public enum Fault: Hashable, Sendable {
        /// A value should begin here.
        case expectedValue
        /// A member's name should begin here.
        case expectedName
        /// A colon should stand here.
        case expectedColon
        /// A comma or the closing bracket should stand here.
        case expectedComma
        /// The text goes on after its value.
        case extraData
        /// The string that begins here has no end.
        case unterminatedString
        /// A character below U+0020 inside of a string.
        case controlCharacter
        /// A backslash before a character that it cannot escape.
        case invalidEscape
        /// A `\u` without four hexadecimal digits.
        case invalidUnicodeEscape
        /// A byte-order mark before the text.
        case byteOrderMark
        /// `NaN`, `Infinity` or `-Infinity`, which are not JSON.
        case notANumber(String)
        /// A byte that is not UTF-8, at this offset in bytes.
        case invalidUTF8(byte: UInt8, offset: Int, reason: String)
        /// The same name twice in an object.
        case duplicateName
        /// Brackets inside brackets beyond the limit.
        case tooDeep
    }

    /// What is wrong.
    public let fault: Fault
    /// Where, counted in Unicode scalars from 0.
    public let position: Int
    /// The line, from 1.
    public let line: Int
    /// The column in Unicode scalars, from 1.
    public let column: Int

    /// - Parameters:
    ///   - fault: What is wrong.
    ///   - offset: Where in `text`, in bytes; everything before it is valid UTF-8.
    ///   - text: The whole text.
    init(_ fault: Fault, at offset: Int, of text: borrowing Span<UInt8>) {
        var position = 0
        var line = 1
        var column = 1
        for index in 0..<min(offset, text.count) where text[index] & 0xC0 != 0x80 {
            position += 1
            column += 1
            if text[index] == UInt8(ascii: "\n") {
                line += 1
                column = 1
            }
        }
        self.fault = fault
        self.position = position
        self.line = line
        self.column = column
    }
}

extension JSONError: CustomStringConvertible {
    /// One line for the client.
    public var description: String {
        let what =
            switch fault {
            case .expectedValue: "Expecting value"
            case .expectedName: "Expecting property name enclosed in double quotes"
            case .expectedColon: "Expecting ':' delimiter"
            case .expectedComma: "Expecting ',' delimiter"
            case .extraData: "Extra data"
            case .unterminatedString: "Unterminated string starting at"
            case .controlCharacter: "Invalid control character at"
            case .invalidEscape: "Invalid \\escape"
            case .invalidUnicodeEscape: "Invalid \\uXXXX escape"
            case .byteOrderMark: "Unexpected UTF-8 BOM (decode using utf-8-sig)"
            case .duplicateName: "Duplicate key"
            case .tooDeep: "Too many levels of nesting"
            case .notANumber(let word):
                "Out of range float values are not JSON compliant: '\(word)'"
            case .invalidUTF8(let byte, let offset, let reason):
                "'utf-8' codec can't decode byte 0x\(String(byte, radix: 16)) in position "
                    + "\(offset): \(reason)"
            }
        switch fault {
        case .notANumber, .invalidUTF8, .tooDeep: return what
        default: return "\(what): line \(line) column \(column) (char \(position))"
        }
    }
}
