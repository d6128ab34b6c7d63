import Auth
import AuthAPI
import JSON

/// An account of a dump, as far as it could be read.
struct DumpedAccount {
    /// The fields that every account has; a site declares others.
    private static let ownFields = ["username", "password", "email", "is_active", "date_joined"]

    let line: Int
    let id: UserID?
    let username: Username?
    let email: EmailAddress?
    /// Nil when anything is wrong.
    let account: ImportedAccount?
    /// The names of fields that this service has no place for.
    let notTaken: [String]

    /// Whether a line without a model that is known is about an account: a site may call its model anything.
    static func isAccount(_ fields: JSONObject) -> Bool {
        fields["username"] != nil && fields["password"] != nil
    }

    /// Reads a line.
    ///
    /// - Parameters:
    ///   - number: The value of `pk`.
    ///   - fields: What is wrong with them is added to them.
    ///   - declared: The fields of `user.fields`.
    init(_ number: JSONValue?, _ fields: inout DumpFields, declared: [CustomField]) {
        line = fields.line
        id = fields.number(number, "pk").map { UserID($0) }
        username = Self.username(&fields)
        email = Self.email(&fields)
        let password = Self.password(&fields)
        let isActive = fields.flag("is_active")
        let joined = fields.moment("date_joined")
        let customFields = Self.customFields(&fields, declared)
        if let id, let username, let email, let password, let isActive, let joined, let customFields
        {
            account = ImportedAccount(
                id: id, username: username, email: email, password: password, isActive: isActive,
                joined: joined, customFields: customFields)
        } else {
            account = nil
        }
        notTaken = fields.members.members.map(\.name).filter { name in
            !Self.ownFields.contains(name) && !declared.contains { $0.name == name }
        }
    }

    private static func username(_ fields: inout DumpFields) -> Username? {
        guard let text = fields.text("username")?.trimmingPythonSpace() else { return nil }
        if let username = Username(text) { return username }
        for fault in Registration.faults(ofUsername: text) {
            fields.fault("username", fault.sentence)
        }
        return nil
    }

    private static func email(_ fields: inout DumpFields) -> EmailAddress? {
        guard let text = fields.text("email")?.trimmingPythonSpace() else { return nil }
        if let email = EmailAddress(text) { return email }
        for fault in Registration.faults(ofEmail: text) { fields.fault("email", fault.sentence) }
        return nil
    }

    private static func password(_ fields: inout DumpFields) -> ImportedPassword? {
        guard let text = fields.text("password") else { return nil }
        if let password = ImportedPassword(encoded: text) { return password }
        fields.fault(
            "password",
            "This is no hash that can be read here. Call set_unusable_password() on the account in "
                + "Django; its owner then asks for a password reset.")
        return nil
    }

    private static func customFields(
        _ fields: inout DumpFields, _ declared: [CustomField]
    ) -> [CustomFieldValue]? {
        do throws(CustomFieldTexts.Faults) {
            return try CustomFieldTexts.read(fields.members, as: declared)
        } catch {
            for sentence in error.sentences { fields.fault(nil, sentence) }
            return nil
        }
    }
}
