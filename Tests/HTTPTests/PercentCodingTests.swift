import HTTP
import Testing

@Suite("percent-encoding (RFC 3986 §2.1)")
struct PercentCodingTests {
    @Test(
        "two hexadecimal digits stand for a byte, anything else for itself",
        arguments: [
            ("", ""), ("abc", "abc"), ("%41%61", "Aa"), ("%2f%2F", "//"), ("%", "%"), ("%4", "%4"),
            ("%%41", "%A"), ("%4g", "%4g"), ("%g4", "%g4"), ("%2541", "%41"), ("a%", "a%"),
            ("%+1", "%+1"), ("a+b", "a+b"),
        ])
    func decodes(text: String, meaning: String) {
        let bytes = PercentCoding.decode(Array(text.utf8), plusIsSpace: false)
        #expect(bytes == Array(meaning.utf8))
    }

    @Test("every byte can be written")
    func everyByte() {
        for byte in UInt8.min...UInt8.max {
            let digits = String(byte, radix: 16)
            let text = "%" + (digits.utf8.count == 1 ? "0" : "") + digits
            #expect(PercentCoding.decode(Array(text.utf8), plusIsSpace: false) == [byte])
            #expect(
                PercentCoding.decode(Array(text.uppercased().utf8), plusIsSpace: true) == [byte])
        }
    }

    @Test("a plus sign means a space in forms, an encoded one does not")
    func plus() {
        let bytes = PercentCoding.decode(Array("a+%2B".utf8), plusIsSpace: true)
        #expect(bytes == Array("a +".utf8))
    }
}
