import Cryptography
import Testing

@Suite("base64 and hexadecimal text, RFC 4648")
struct Base64Tests {
    /// RFC 4648 §10.
    static let published = [
        ("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foob", "Zm9vYg=="),
        ("fooba", "Zm9vYmE="), ("foobar", "Zm9vYmFy"),
    ]

    @Test("writes and reads the published texts", arguments: published)
    func readsAndWrites(plain: String, text: String) {
        let bytes = Array(plain.utf8)
        let unpadded = String(text.prefix { $0 != "=" })
        #expect(Base64.encode(bytes) == text)
        #expect(Base64.decode(text.utf8) == bytes)
        #expect(Base64.encode(bytes, padding: .forbidden) == unpadded)
        #expect(Base64.decode(unpadded.utf8, padding: .forbidden) == bytes)
        #expect(Base64URL.encode(bytes) == unpadded)
        #expect(Base64URL.decode(unpadded.utf8) == bytes)
    }

    @Test("brings every byte back, at every length up to 70", arguments: 0...70)
    func roundTrip(count: Int) {
        for offset in stride(from: 0, to: 256, by: 5) {
            let bytes = (0..<count).map { UInt8(truncatingIfNeeded: $0 * 7 + offset) }
            #expect(Base64URL.decode(Base64URL.encode(bytes).utf8) == bytes)
            #expect(Base64.decode(Base64.encode(bytes).utf8) == bytes)
            #expect(Hex.decode(Hex.encode(bytes).utf8) == bytes)
        }
    }

    @Test("uses the alphabet that URLs allow")
    func alphabets() {
        #expect(Base64URL.encode([0xfb, 0xff, 0xbf]) == "-_-_")
        #expect(Base64.encode([0xfb, 0xff, 0xbf]) == "+/+/")
    }

    @Test("appends to the text that is there already")
    func appends() {
        var text = Array("a.".utf8)
        Base64URL.append(encoding: Array("foo".utf8), to: &text)
        #expect(text == Array("a.Zm9v".utf8))
    }

    @Test("reads text that is not stored in one piece")
    func readsAnyCollection() {
        let pieces = Array("Zm".utf8) + Array("9v".utf8)
        #expect(Base64URL.decode(pieces.lazy.map { $0 }.filter { _ in true }) == Array("foo".utf8))
    }

    @Test(
        "refuses padding, whitespace, foreign characters and impossible lengths",
        arguments: [
            "Z", "Zm9vY", "Zg==", "Zg=", "Zm9=", "Zm8=", "Zm 9v", "Zm9v\n", " Zm9v", "Zm9v=",
            "+/+/", "-_+_", "Zm9v.", "Zm9\u{0}", "Zé", "====",
        ])
    func refuses(text: String) {
        #expect(Base64URL.decode(text.utf8) == nil)
    }

    @Test(
        "refuses every second text of a value",
        arguments: ["Zh", "Zi", "Zn", "Zo", "Zv", "Zm9", "Zm-", "Zm_"])
    func refusesUnusedBits(text: String) {
        #expect(Base64URL.decode(text.utf8) == nil)
    }

    @Test("4 of the 256 bytes can end a text of two characters")
    func finalCharacters() {
        let right = (UInt8.min...UInt8.max).filter {
            Base64URL.decode([UInt8(ascii: "Z"), $0]) != nil
        }
        #expect(right == Array("AQgw".utf8))
    }

    @Test(
        "refuses wrong padding",
        arguments: ["Zg", "Zg=", "Zg===", "Z===", "====", "Zm9v====", "Zg==Zg==", "Zm8", "-_-_"])
    func refusesPadding(text: String) {
        #expect(Base64.decode(text.utf8) == nil)
    }

    @Test("refuses padding where there must be none", arguments: ["Zg==", "Zm8=", "="])
    func refusesAnyPadding(text: String) {
        #expect(Base64.decode(text.utf8, padding: .forbidden) == nil)
    }

    @Test("reads hexadecimal digits of both cases, and nothing else")
    func hexadecimal() {
        #expect(Hex.decode("00fFAb".utf8) == [0, 0xff, 0xab])
        for text in ["0", "0g", " 00", "0x00", "００"] { #expect(Hex.decode(text.utf8) == nil) }
    }
}
