import Auth
import AuthAPI
import Testing

@Suite("Fields of the user that an administrator types")
struct CustomFieldTextsTests {
    private static let fields = [
        field("plan", .text(length: 2...5, pattern: FieldPattern("[a-z]+")), isRequired: true),
        field("age", .integer(0...150)), field("agreed", .boolean), field("born", .date),
        field("level", .integer(0...9), isSetAtRegistration: false),
    ]

    private static func field(
        _ name: String, _ kind: CustomField.Kind, isRequired: Bool = false,
        isSetAtRegistration: Bool = true
    ) -> CustomField {
        CustomField(
            name: name, kind: kind, isRequired: isRequired,
            isSetAtRegistration: isSetAtRegistration, isInAccessToken: false)
    }

    private static func sentences(_ texts: [(name: String, value: String)]) -> [String] {
        do throws(CustomFieldTexts.Faults) {
            _ = try CustomFieldTexts.read(texts, as: fields)
            return []
        } catch {
            return error.sentences
        }
    }

    @Test("each kind is read from its text, also of a field that no client may set")
    func kinds() throws {
        let values = try CustomFieldTexts.read(
            [
                ("plan", "free"), ("age", "42"), ("agreed", "yes"), ("born", "2000-02-29"),
                ("level", "3"),
            ], as: Self.fields)
        #expect(
            values.map(\.value) == [
                .text("free"), .integer(42), .boolean(true), .text("2000-02-29"), .integer(3),
            ])
    }

    @Test("what was not typed is left to the schema")
    func leavesOut() throws {
        let values = try CustomFieldTexts.read([("plan", "free"), ("age", "")], as: Self.fields)
        #expect(values.map(\.field.name) == ["plan"])
    }

    @Test("a fault names its field")
    func faults() {
        #expect(Self.sentences([]) == ["plan: This field is required."])
        #expect(Self.sentences([("plan", "")]) == ["plan: This field is required."])
        #expect(
            Self.sentences([("plan", "free"), ("age", "151"), ("born", "2001-02-29")]) == [
                "age: Ensure this value is less than or equal to 150.",
                "born: Date has wrong format. Use one of these formats instead: YYYY-MM-DD.",
            ])
        #expect(
            Self.sentences([("plan", "free"), ("color", "blue")]) == [
                "color: There is no such field in user.fields."
            ])
    }
}
