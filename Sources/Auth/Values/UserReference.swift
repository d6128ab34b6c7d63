/// How an administrator names a user: by name, by address, or by number.
///
/// A name may look like a number or like an address. So a text without a prefix is looked up in every
/// way, and who looks it up refuses when it names several users; a prefix says which way is meant.
public struct UserReference: Hashable, Sendable {
    /// The compared form of a user name; nil when this cannot be one.
    public let usernameKey: String?
    /// The compared form of an address; nil when this cannot be one.
    public let emailKey: String?
    /// The number; nil when this cannot be one.
    public let id: UserID?
    /// As typed, for messages.
    public let text: String

    /// Reads `ada`, `ada@example.org`, `42`, `name:ada`, `email:ada@example.org` or `id:42`.
    ///
    /// - Returns: Nil when it can be none of them.
    public init?(_ typed: String) {
        guard !typed.isEmpty else { return nil }
        text = typed
        // No user name has a colon, so a prefix is never a part of one.
        if let rest = typed.without(prefix: "id:") {
            (usernameKey, emailKey, id) = (nil, nil, UserID(rest))
        } else if let rest = typed.without(prefix: "name:") {
            (usernameKey, emailKey, id) = (rest.isEmpty ? nil : Username.key(of: rest), nil, nil)
        } else if let rest = typed.without(prefix: "email:") {
            (usernameKey, emailKey, id) = (nil, EmailAddress(rest)?.key, nil)
        } else {
            (usernameKey, emailKey, id) = (
                Username.key(of: typed), EmailAddress(typed)?.key, UserID(typed)
            )
        }
        guard usernameKey != nil || emailKey != nil || id != nil else { return nil }
    }
}

extension String {
    fileprivate func without(prefix: String) -> String? {
        hasPrefix(prefix) ? String(dropFirst(prefix.count)) : nil
    }
}
