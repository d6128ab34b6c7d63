public import Auth
import HTTP
public import JSON

/// Reads declared fields of the user that an administrator typed, or that another system had, by the
/// rules of registration.
public enum CustomFieldTexts {
    /// What is wrong with the fields.
    public struct Faults: Error, Sendable {
        /// A sentence with the name of its field, for each.
        public let sentences: [String]
    }

    /// Reads fields; those that were not typed must not be required.
    ///
    /// - Parameters:
    ///   - texts: Names and values. An empty value is no value.
    ///   - fields: The declared fields, of which also those count that no client may set.
    public static func read(
        _ texts: [(name: String, value: String)], as fields: [CustomField]
    ) throws(Faults) -> [CustomFieldValue] {
        var sentences: [String] = []
        for text in texts where !fields.contains(where: { $0.name == text.name }) {
            sentences.append("\(text.name): There is no such field in user.fields.")
        }
        let typed = texts.filter { !$0.value.isEmpty }
        let wanted = fields.filter { field in
            field.isRequired || typed.contains { $0.name == field.name }
        }
        let body = BodyFields.form(typed.map { .init(name: $0.name, value: $0.value) })
        return try read(wanted, from: body, after: sentences)
    }

    /// Reads fields of an account that another system had; those that have no value must not be required.
    ///
    /// - Parameters:
    ///   - record: All that the other system knew. An empty text is no value, as a Django site that has no
    ///     text keeps one, and names that are not declared are not looked at.
    ///   - fields: The declared fields, of which also those count that no client may set.
    public static func read(
        _ record: JSONObject, as fields: [CustomField]
    ) throws(Faults) -> [CustomFieldValue] {
        let wanted = fields.filter { field in
            switch record[field.name] {
            case nil, .null, .string(""): field.isRequired
            default: true
            }
        }
        return try read(wanted, from: .json(record), after: [])
    }

    private static func read(
        _ fields: [CustomField], from body: BodyFields, after sentences: [String]
    ) throws(Faults) -> [CustomFieldValue] {
        var errors = FieldErrors()
        let values = CustomFieldReader.read(fields, from: body, into: &errors)
        let all = sentences + errors.lines
        guard let values, all.isEmpty else { throw Faults(sentences: all) }
        return values
    }
}

extension FieldErrors {
    /// `field: sentence`, for each.
    fileprivate var lines: [String] {
        body.members.flatMap { member -> [String] in
            guard case .array(let sentences) = member.value else { return [] }
            return sentences.compactMap {
                guard case .string(let sentence) = $0 else { return nil }
                return "\(member.name): \(sentence)"
            }
        }
    }
}
