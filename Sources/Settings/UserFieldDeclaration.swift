/// The declaration of a custom field of the user, as it stands under `user.fields` in the file.
public struct UserFieldDeclaration: Hashable, Sendable {
    /// What values a field takes.
    public enum Kind: String, Hashable, Sendable, CaseIterable {
        /// Text.
        case text
        /// A whole number.
        case integer
        /// Yes or no.
        case boolean
        /// A day of the calendar.
        case date
    }

    /// The name in bodies, and of the column.
    public var name: String
    /// What values it takes.
    public var kind: Kind
    /// Whether registration fails without it.
    public var isRequired = false
    /// Whether a client may set it at registration.
    public var isSetAtRegistration = true
    /// Whether it is put into the access token.
    public var isInAccessToken = false
    /// The fewest characters of a text.
    public var lengthMinimum = 0
    /// The most characters of a text.
    public var lengthMaximum = 255
    /// The smallest number.
    public var minimum = Int64.min
    /// The largest number.
    public var maximum = Int64.max
    /// What the whole text must match.
    public var pattern: String?

    /// The properties of a declaration, with what they take.
    static let properties: [(name: String, allowed: String)] = [
        ("type", "`text`, `integer`, `boolean` or `date`"),
        ("required", "`true` or `false`"),
        ("at_registration", "`true` or `false`"),
        ("in_access_token", "`true` or `false`"),
        ("length_minimum", "whole number from 0"),
        ("length_maximum", "whole number from 1 to 65535"),
        ("minimum", "whole number"),
        ("maximum", "whole number"),
        ("pattern", "regular expression"),
    ]

    /// Names that a custom field cannot have: columns and fields of the service itself.
    static let reservedNames: Set<String> = [
        "id", "username", "username_key", "email", "email_key", "password", "is_active",
        "email_verified_at", "session_generation", "sessions_ended_at", "date_joined", "last_login",
        "detail", "code", "non_field_errors", "token", "token_type", "exp", "iat", "nbf", "jti",
        "user_id", "sub", "iss", "aud", "refresh", "access",
    ]

    init(name: String, kind: Kind) {
        self.name = name
        self.kind = kind
    }
}
