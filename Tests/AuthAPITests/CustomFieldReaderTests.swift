import Auth
import HTTPTypes
import JSON
import Testing

@testable import AuthAPI

@Suite("values of declared fields")
struct CustomFieldReaderTests {
    private func field(_ kind: CustomField.Kind, isRequired: Bool = true) -> CustomField {
        CustomField(
            name: "a", kind: kind, isRequired: isRequired, isSetAtRegistration: true,
            isInAccessToken: false)
    }

    private func read(
        _ value: String?, as field: CustomField
    ) throws -> (value: CustomValue?, faults: [JSONValue]) {
        let body = value.map { "{\"a\":\($0)}" } ?? "{}"
        var errors = FieldErrors()
        let values = CustomFieldReader.read(
            [field], from: try BodyFields(Array(body.utf8), contentType: "application/json"),
            into: &errors)
        #expect((values == nil) == !errors.isEmpty)
        guard case .array(let faults)? = errors.body["a"] else { return (values?.first?.value, []) }
        return (values?.first?.value, faults)
    }

    private static let kinds: [CustomField.Kind] = [
        .text(length: 1...5, pattern: nil), .integer(1...5), .boolean, .date,
    ]

    @Test("a field that is not required may be missing or null")
    func optional() throws {
        for kind in Self.kinds {
            for value in [nil, "null"] {
                #expect(try read(value, as: field(kind, isRequired: false)).value == .null)
            }
            #expect(try read(nil, as: field(kind)).faults == [.string("This field is required.")])
            #expect(
                try read("null", as: field(kind)).faults
                    == [.string("This field may not be null.")])
        }
    }

    @Test(
        "texts are trimmed, and judged by length in scalars and by pattern",
        arguments: [
            (#"" ab ""#, .text("ab"), []), ("12", .text("12"), []),
            (#""a""#, nil, ["Ensure this field has at least 2 characters."]),
            (#""abcde""#, nil, ["Ensure this field has no more than 4 characters."]),
            (#""ab!""#, nil, ["Enter a valid value."]),
            (#""ab\n""#, .text("ab"), []), (#""""#, nil, ["This field may not be blank."]),
            ("true", nil, ["Not a valid string."]),
            (#""a\u0000""#, nil, ["Enter a valid value.", "Null characters are not allowed."]),
        ] as [(String, CustomValue?, [String])])
    func texts(value: String, expected: CustomValue?, sentences: [String]) throws {
        let pattern = try #require(FieldPattern("[a-z0-9]+"))
        let (found, faults) = try read(
            value, as: field(.text(length: 2...4, pattern: pattern)))
        #expect(found == expected)
        #expect(faults == sentences.map { .string($0) })
    }

    @Test(
        "whole numbers may be written as numbers or text",
        arguments: [
            ("5", 5), ("-5", -5), ("5.0", 5), ("5e0", 5), (#"" 5 ""#, 5), (#""-5""#, -5),
        ] as [(String, Int64)])
    func integers(value: String, number: Int64) throws {
        #expect(try read(value, as: field(.integer(-5...5))).value == .integer(number))
    }

    @Test(
        "what is no whole number, or out of range, is told",
        arguments: [
            ("6", "Ensure this value is less than or equal to 5."),
            ("-6", "Ensure this value is greater than or equal to -5."),
            ("5.5", "A valid integer is required."), ("1e400", "A valid integer is required."),
            ("9223372036854775808", "A valid integer is required."),
            (#""""#, "A valid integer is required."), (#""x""#, "A valid integer is required."),
            ("true", "A valid integer is required."), ("[]", "A valid integer is required."),
        ])
    func badIntegers(value: String, sentence: String) throws {
        #expect(try read(value, as: field(.integer(-5...5))).faults == [.string(sentence)])
    }

    @Test("yes and no may be written in the words of the framework")
    func booleans() throws {
        for word in ["true", "1", #""t""#, #""Yes""#, #""ON""#, #""1""#] {
            #expect(try read(word, as: field(.boolean)).value == .boolean(true), "\(word)")
        }
        for word in ["false", "0", #""f""#, #""No""#, #""off""#] {
            #expect(try read(word, as: field(.boolean)).value == .boolean(false), "\(word)")
        }
        for word in ["2", #""""#, #""maybe""#, "[]", "{}"] {
            #expect(
                try read(word, as: field(.boolean)).faults
                    == [.string("Must be a valid boolean.")], "\(word)")
        }
    }

    @Test(
        "a date is a day of the calendar",
        arguments: [
            ("2026-01-31", true), ("2024-02-29", true), ("2000-02-29", true), ("0001-01-01", true),
            ("9999-12-31", true), ("2026-02-29", false), ("1900-02-29", false),
            ("2026-04-31", false), ("2026-13-01", false), ("2026-00-01", false),
            ("2026-01-00", false), ("0000-01-01", false), ("2026-1-1", false), ("", false),
            ("26-01-01", false), ("2026-01-01T00:00", false), ("2026/01/01", false),
            ("+026-01-01", false), ("２０２６-01-01", false), ("2026-01-01 ", false),
        ])
    func dates(text: String, isDate: Bool) throws {
        let (value, faults) = try read("\"\(text)\"", as: field(.date))
        #expect(value == (isDate ? .text(text) : nil))
        let sentence =
            "Date has wrong format. Use one of these formats instead: YYYY-MM-DD."
        #expect(faults == (isDate ? [] : [.string(sentence)]))
    }

    @Test("a registration takes and answers the fields that a client may set")
    func registration() throws {
        let fields = [
            CustomField(
                name: "seats", kind: .integer(0...9), isRequired: true, isSetAtRegistration: true,
                isInAccessToken: true),
            CustomField(
                name: "plan", kind: .boolean, isRequired: false, isSetAtRegistration: false,
                isInAccessToken: false),
        ]
        let place = try ServiceWorkplace(customFields: fields)
        let begin = #"{"username":"ada","email":"ada@example.org","password":"correct horse","#
        let bad = try place.send(.post, "register/", begin + #""seats":10,"plan":true}"#)
        #expect(
            bad.body == #"{"seats":["Ensure this value is less than or equal to 9."]}"#)
        let good = try place.send(.post, "register/", begin + #""seats":"3","plan":true}"#)
        #expect(good.body == #"{"username":"ada","email":"ada@example.org","seats":3}"#)
    }
}
