public import Auth
import HTTP
import JSON

/// Reads declared fields of the user that an administrator typed, by the rules of registration.
public enum CustomFieldTexts {
    /// What is wrong with the fields that were typed.
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
        var errors = FieldErrors()
        let values = CustomFieldReader.read(wanted, from: body, into: &errors)
        sentences += errors.lines
        guard let values, sentences.isEmpty else { throw Faults(sentences: sentences) }
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
