import JSON
import Testing

@Suite("numbers of JSON texts (RFC 8259 §6)")
struct JSONNumberTests {
    private func number(_ text: String) throws -> JSONNumber {
        let value = try JSONReader.read(Array(text.utf8))
        let number: JSONNumber? = if case .number(let number) = value { number } else { nil }
        return try #require(number)
    }

    @Test(
        "a number is kept as it was written",
        arguments: [
            "0", "-0", "1", "-1", "1.50", "-0.0", "1e3", "1E+03", "1e-7",
            "123456789012345678901234567890", "1e400", "0.1000000000000000055511151231257827",
        ])
    func kept(_ text: String) throws {
        #expect(try number(text).text == text)
        #expect(JSONWriter.write(.number(try number(" \(text) "))) == Array(text.utf8))
    }

    @Test("a number of many digits is read in one go")
    func long() throws {
        let text = String(repeating: "7", count: 100_000)
        #expect(try number(text).text == text)
        #expect(try number(text).integer == nil)
    }

    @Test(
        "an integer is one that has neither fraction nor exponent and fits into 64 bits",
        arguments: [
            ("0", 0), ("-0", 0), ("42", 42), ("-9223372036854775808", .min),
            ("9223372036854775807", .max), ("9223372036854775808", nil), ("1.0", nil),
            ("1e3", nil), ("1E3", nil),
        ] as [(String, Int64?)])
    func integers(text: String, integer: Int64?) throws {
        #expect(try number(text).integer == integer)
    }

    @Test(
        "seconds are cut to whole ones, and none are invented beyond 64 bits",
        arguments: [
            ("1764000000", 1_764_000_000), ("1764000000.9", 1_764_000_000), ("-1.5", -1),
            ("1.764e9", 1_764_000_000), ("1e400", nil), ("-1e400", nil), ("1e30", nil),
            ("99999999999999999999", nil), ("0.0", 0), ("1e-400", 0),
        ] as [(String, Int64?)])
    func seconds(text: String, seconds: Int64?) throws {
        #expect(try number(text).wholeSeconds == seconds)
    }

    @Test("a number beyond every double is infinite")
    func infinite() throws {
        #expect(try number("1e400").double == .infinity)
        #expect(try number("-1e400").double == -.infinity)
    }
}
