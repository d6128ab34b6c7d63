import JSON
import Testing

@Suite("bytes that are not UTF-8 (RFC 3629)")
struct InvalidUTF8Tests {
    /// The bytes inside of a string that begins at offset 0, the offset of the fault, the reason.
    static let faults: [([UInt8], Int, String)] = [
        ([0xFF], 1, "invalid start byte"),
        ([0xFE], 1, "invalid start byte"),
        ([0x80], 1, "invalid start byte"),
        ([0xBF], 1, "invalid start byte"),
        ([0xC0, 0x80], 1, "invalid start byte"),
        ([0xC1, 0xBF], 1, "invalid start byte"),
        ([0xF5, 0x80, 0x80, 0x80], 1, "invalid start byte"),
        ([0x61, 0xC3, 0x28], 2, "invalid continuation byte"),
        ([0xC3, 0xC3], 1, "invalid continuation byte"),
        ([0xE0, 0x9F, 0xBF], 1, "invalid continuation byte"),
        ([0xE2, 0x82, 0x28], 1, "invalid continuation byte"),
        ([0xED, 0xA0, 0x80], 1, "invalid continuation byte"),
        ([0xED, 0xBF, 0xBF], 1, "invalid continuation byte"),
        ([0xF0, 0x8F, 0xBF, 0xBF], 1, "invalid continuation byte"),
        ([0xF4, 0x90, 0x80, 0x80], 1, "invalid continuation byte"),
        ([0xF0, 0x9F, 0x98, 0x28], 1, "invalid continuation byte"),
        ([0xC3, 0xA9, 0xF0, 0x9F, 0x98, 0x80, 0xFF], 7, "invalid start byte"),
    ]

    @Test("the first bad byte is named in the words of CPython", arguments: faults)
    func named(bytes: [UInt8], offset: Int, reason: String) throws {
        let text = Array("\"".utf8) + bytes + Array("\"".utf8)
        let error = try #require(throws: JSONError.self) { try JSONReader.read(text) }
        #expect(error.fault == .invalidUTF8(byte: text[offset], offset: offset, reason: reason))
        #expect(
            error.description == "'utf-8' codec can't decode byte "
                + "0x\(String(text[offset], radix: 16)) in position \(offset): \(reason)")
    }

    @Test(
        "a sequence that the end cuts is refused",
        arguments: [[0xC3], [0xE2, 0x82], [0xF0, 0x9F, 0x98], [0xF4]] as [[UInt8]])
    func cut(bytes: [UInt8]) throws {
        let error = try #require(throws: JSONError.self) {
            try JSONReader.read(Array("\"".utf8) + bytes)
        }
        #expect(error.description.hasSuffix("in position 1: unexpected end of data"))
    }

    @Test("bad bytes are told before bad syntax")
    func beforeSyntax() throws {
        let error = try #require(throws: JSONError.self) {
            try JSONReader.read(Array("{oops ".utf8) + [0xFF])
        }
        #expect(error.fault == .invalidUTF8(byte: 0xFF, offset: 6, reason: "invalid start byte"))
    }

    @Test("the borders of every length are text")
    func borders() throws {
        for scalar: Unicode.Scalar in [
            "\u{7F}", "\u{80}", "\u{7FF}", "\u{800}", "\u{D7FF}", "\u{E000}", "\u{FFFF}",
            "\u{10000}", "\u{10FFFF}",
        ] {
            let text = String(scalar)
            #expect(try JSONReader.read(Array("\"\(text)\"".utf8)) == .string(text))
        }
    }
}
