import Settings
import Testing

@Suite("declared fields of the user")
struct UserFieldTests {
    private func file(_ fields: String) -> String {
        "user:\n  fields:\n"
            + fields.split(separator: "\n").map { "    \($0)\n" }.joined()
    }

    @Test("a field has the properties of its declaration, and the usual ones otherwise")
    func declarations() throws {
        let values = try SettingsWorkplace.read(
            file: file(
                """
                plan: {type: text}
                seats:
                  type: integer
                  required: true
                  in_access_token: true
                  minimum: -1
                  maximum: 9223372036854775807
                phone: {type: text, length_minimum: 3, length_maximum: 20, pattern: '[0-9+]+'}
                since: {type: date, at_registration: false}
                agreed: {type: boolean}
                """))
        let fields = values.userFields
        #expect(fields.map(\.name) == ["plan", "seats", "phone", "since", "agreed"])
        #expect(fields.map(\.kind) == [.text, .integer, .text, .date, .boolean])
        #expect(fields.map(\.isRequired) == [false, true, false, false, false])
        #expect(fields.map(\.isSetAtRegistration) == [true, true, true, false, true])
        #expect(fields.map(\.isInAccessToken) == [false, true, false, false, false])
        #expect(fields[0].lengthMinimum == 0 && fields[0].lengthMaximum == 255)
        #expect(fields[1].minimum == -1 && fields[1].maximum == .max)
        #expect(fields[2].lengthMinimum == 3 && fields[2].lengthMaximum == 20)
        #expect(fields[2].pattern == "[0-9+]+")
    }

    @Test(
        "a declaration with a fault is refused and names the property",
        arguments: [
            ("plan: {}", "user.fields.plan.type"), ("plan: text", "user.fields.plan.type"),
            ("plan: {type: string}", "user.fields.plan.type"),
            ("plan: {type: Text}", "user.fields.plan.type"),
            ("plan: {type: text, requierd: true}", "user.fields.plan.requierd"),
            ("plan: {type: text, required: maybe}", "user.fields.plan.required"),
            ("plan: {type: text, length_maximum: 0}", "user.fields.plan.length_maximum"),
            ("plan: {type: text, length_maximum: 65536}", "user.fields.plan.length_maximum"),
            ("plan: {type: text, length_minimum: -1}", "user.fields.plan.length_minimum"),
            ("plan: {type: text, pattern: '('}", "user.fields.plan.pattern"),
            ("plan: {type: integer, minimum: x}", "user.fields.plan.minimum"),
            ("plan: {type: integer, minimum: 2, maximum: 1}", "user.fields.plan"),
            ("plan: {type: text, length_minimum: 9, length_maximum: 8}", "user.fields.plan"),
            (
                "plan: {type: text, required: true, at_registration: false}",
                "user.fields.plan.required"
            ),
        ])
    func refused(declaration: String, key: String) {
        let faults = SettingsWorkplace.faults(file: file(declaration))
        #expect(faults.count == 1)
        #expect(faults.first?.hasPrefix("\(key): ") == true, "\(faults)")
    }

    @Test(
        "names that are no column, or belong to the service, are refused",
        arguments: [
            "Plan", "1plan", "_plan", "pl-an", "pl an", "plän", "password", "username", "email",
            "id", "is_active", "user_id", "exp", "jti", "token_type", "detail", "aud",
            "session_generation", String(repeating: "a", count: 64),
        ])
    func names(name: String) {
        let faults = SettingsWorkplace.faults(file: file("\(name): {type: text}"))
        #expect(faults.count == 1)
        #expect(faults.first?.hasPrefix("user.fields.\(name): cannot be a field") == true)
    }

    @Test("all faults of all declarations come together")
    func together() {
        let faults = SettingsWorkplace.faults(
            file: file("a: {type: x}\nb: {type: text, c: 1, d: 2}\nID: {type: text}"))
        #expect(faults.count == 4)
    }
}
