import Auth
import JSON

/// Reads the fields of one line of a dump and gathers what is wrong with them.
struct DumpFields {
    let line: Int
    let members: JSONObject
    private(set) var faults = DumpFaults()

    init(line: Int, members: JSONObject) {
        self.line = line
        self.members = members
    }

    /// - Parameter field: Nil when the sentence begins with its field.
    mutating func fault(_ field: String?, _ sentence: String) {
        faults.add(line, field, sentence)
    }

    mutating func text(_ field: String) -> String? {
        guard let value = value(field) else { return nil }
        guard case .string(let text) = value else {
            fault(field, "Not a valid string.")
            return nil
        }
        return text
    }

    mutating func flag(_ field: String) -> Bool? {
        guard let value = value(field) else { return nil }
        guard case .boolean(let flag) = value else {
            fault(field, "Must be a valid boolean.")
            return nil
        }
        return flag
    }

    mutating func moment(_ field: String) -> Instant? {
        guard let text = text(field) else { return nil }
        guard let moment = Instant(rfc3339: text) else {
            fault(field, "Must be a time with its zone, such as 2024-03-01T12:34:56.789Z.")
            return nil
        }
        return moment
    }

    /// The number of a row that another row names; a missing one is a fault, null is not.
    mutating func optionalNumber(_ field: String) -> UInt64? {
        if members[field] == .null { return nil }
        return number(field)
    }

    mutating func number(_ field: String) -> UInt64? {
        guard let value = value(field) else { return nil }
        return number(value, field)
    }

    /// - Parameter field: The name of the value, which need not be among the fields.
    mutating func number(_ value: JSONValue?, _ field: String) -> UInt64? {
        // Django counts to the greatest Int64, and the database has as many numbers behind it.
        guard case .number(let number)? = value, let integer = number.integer, integer >= 1 else {
            fault(
                field,
                "Must be a whole number from 1 on. Dump without --natural-primary and "
                    + "--natural-foreign.")
            return nil
        }
        return UInt64(integer)
    }

    private mutating func value(_ field: String) -> JSONValue? {
        switch members[field] {
        case nil:
            fault(field, "This field is required.")
            return nil
        case .null:
            fault(field, "This field may not be null.")
            return nil
        case let value?: return value
        }
    }
}
