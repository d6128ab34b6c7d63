public import JSON

/// A field that an administrator added to the user: a column of their own, declared in the settings.
public struct CustomField: Sendable {
    /// What values it takes.
    public enum Kind: Sendable {
        /// Text of so many Unicode scalars that a pattern matches as a whole.
        case text(length: ClosedRange<Int>, pattern: FieldPattern?)
        /// A whole number.
        case integer(ClosedRange<Int64>)
        /// Yes or no.
        case boolean
        /// A day of the calendar, `YYYY-MM-DD`.
        case date
    }

    /// The name in bodies and the column of the `users` table.
    public let name: String
    /// What values it takes.
    public let kind: Kind
    /// Whether registration fails without it; a field that is not required may be null.
    public let isRequired: Bool
    /// Whether a client may set it at registration.
    public let isSetAtRegistration: Bool
    /// Whether it is put into the access token.
    public let isInAccessToken: Bool

    /// A declaration of its parts.
    public init(
        name: String, kind: Kind, isRequired: Bool, isSetAtRegistration: Bool, isInAccessToken: Bool
    ) {
        self.name = name
        self.kind = kind
        self.isRequired = isRequired
        self.isSetAtRegistration = isSetAtRegistration
        self.isInAccessToken = isInAccessToken
    }
}

/// The value of a custom field.
public enum CustomValue: Hashable, Sendable {
    /// No value.
    case null
    /// A text, or a date as `YYYY-MM-DD`.
    case text(String)
    /// A whole number.
    case integer(Int64)
    /// Yes or no.
    case boolean(Bool)

    /// The value in an answer or a token.
    public var json: JSONValue {
        switch self {
        case .null: .null
        case .text(let text): .string(text)
        case .integer(let number): .number(JSONNumber(number))
        case .boolean(let flag): .boolean(flag)
        }
    }
}

/// A custom field with its value.
public struct CustomFieldValue: Sendable {
    /// The declaration.
    public let field: CustomField
    /// The value.
    public let value: CustomValue

    /// Joins a declaration and a value.
    public init(field: CustomField, value: CustomValue) {
        self.field = field
        self.value = value
    }
}

/// A regular expression that the whole text of a field must match.
public struct FieldPattern: Sendable {
    /// The expression as it was declared.
    public let source: String

    /// Takes an expression; nil when it is none.
    public init?(_ source: String) {
        guard (try? Regex<AnyRegexOutput>(source)) != nil else { return nil }
        self.source = source
    }

    /// Whether a text matches from its beginning to its end.
    public func matches(_ text: String) -> Bool {
        // A regex is no Sendable value, so each use compiles its own; registrations are rare.
        guard let regex = try? Regex<AnyRegexOutput>(source) else { return false }
        return text.wholeMatch(of: regex) != nil
    }
}
