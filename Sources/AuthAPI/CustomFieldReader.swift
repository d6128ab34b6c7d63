import Auth
import JSON

/// Reads the declared fields of the user from a body, with the sentences of the framework's fields.
enum CustomFieldReader {
    /// - Returns: A value for each field, or nil when a fault was added.
    static func read(
        _ fields: [CustomField], from body: BodyFields, into errors: inout FieldErrors
    ) -> [CustomFieldValue]? {
        var values: [CustomFieldValue] = []
        for field in fields {
            if let value = read(field, from: body, into: &errors) {
                values.append(CustomFieldValue(field: field, value: value))
            }
        }
        return values.count == fields.count ? values : nil
    }

    private static func read(
        _ field: CustomField, from body: BodyFields, into errors: inout FieldErrors
    ) -> CustomValue? {
        let value = body[field.name]
        switch value {
        case nil where !field.isRequired, .null where !field.isRequired: return .null
        case nil:
            errors.add([Sentence.required], to: field.name)
            return nil
        case .null:
            errors.add([Sentence.null], to: field.name)
            return nil
        case let value?:
            switch field.kind {
            case .text(let length, let pattern):
                guard let text = body.text(field.name, into: &errors) else { return nil }
                let faults = faults(of: text, length: length, pattern: pattern)
                errors.add(faults, to: field.name)
                return faults.isEmpty ? .text(text) : nil
            case .integer(let range):
                let number = integer(value)
                let faults = faults(of: number, range: range)
                errors.add(faults, to: field.name)
                return faults.isEmpty ? number.map { .integer($0) } : nil
            case .boolean:
                if let flag = boolean(value) { return .boolean(flag) }
                errors.add(["Must be a valid boolean."], to: field.name)
                return nil
            case .date:
                if case .string(let text) = value, isDate(text) { return .text(text) }
                errors.add(
                    [
                        "Date has wrong format. Use one of these formats instead: YYYY-MM-DD."
                    ], to: field.name)
                return nil
            }
        }
    }

    private static func faults(
        of text: String, length: ClosedRange<Int>, pattern: FieldPattern?
    ) -> [String] {
        var faults: [String] = []
        let count = text.unicodeScalars.count
        let isTooLong = count > length.upperBound
        if let pattern, !isTooLong, !pattern.matches(text) { faults.append("Enter a valid value.") }
        if isTooLong { faults.append(Sentence.tooLong(length.upperBound)) }
        if count < length.lowerBound {
            faults.append("Ensure this field has at least \(length.lowerBound) characters.")
        }
        if text.unicodeScalars.contains("\0") { faults.append(Sentence.nullCharacter) }
        return faults
    }

    private static func faults(of number: Int64?, range: ClosedRange<Int64>) -> [String] {
        guard let number else { return ["A valid integer is required."] }
        if number > range.upperBound {
            return ["Ensure this value is less than or equal to \(range.upperBound)."]
        }
        if number < range.lowerBound {
            return ["Ensure this value is greater than or equal to \(range.lowerBound)."]
        }
        return []
    }

    private static func integer(_ value: JSONValue) -> Int64? {
        switch value {
        case .number(let number): number.integer ?? Int64(exactly: number.double)
        case .string(let text): Int64(text.trimmingPythonSpace())
        default: nil
        }
    }

    private static func boolean(_ value: JSONValue) -> Bool? {
        let word: String
        switch value {
        case .boolean(let flag): return flag
        case .number(let number): word = number.text
        case .string(let text): word = text.lowercased()
        default: return nil
        }
        switch word {
        case "t", "y", "yes", "true", "on", "1": return true
        case "f", "n", "no", "false", "off", "0": return false
        default: return nil
        }
    }

    /// Whether a text is a day of the Gregorian calendar, `YYYY-MM-DD`.
    private static func isDate(_ text: String) -> Bool {
        let parts = text.split(separator: "-", omittingEmptySubsequences: false)
        guard text.utf8.count == 10, parts.map(\.utf8.count) == [4, 2, 2],
            parts.allSatisfy({ $0.utf8.allSatisfy { (0x30...0x39).contains($0) } }),
            let year = Int(parts[0]), let month = Int(parts[1]), let day = Int(parts[2]),
            year >= 1, (1...12).contains(month)
        else { return false }
        let isLeap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
        let days = [31, isLeap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31][month - 1]
        return (1...days).contains(day)
    }
}
