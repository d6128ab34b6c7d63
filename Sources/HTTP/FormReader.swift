/// One field of a form: a name and a text, both decoded.
public struct FormField: Hashable, Sendable {
    /// The name.
    public let name: String
    /// The text; bytes that are not UTF-8 become U+FFFD.
    public let value: String

    /// Joins a name and a text.
    public init(name: String, value: String) {
        self.name = name
        self.value = value
    }
}

/// Reads `application/x-www-form-urlencoded` (WHATWG URL §5).
public enum FormReader {
    /// How many fields are read; a form with more is refused.
    public static let fieldLimit = 1000

    /// Reads a form or a query.
    ///
    /// - Parameter text: The body, or the query without its question mark.
    /// - Returns: The fields in order, or nil when there are more than ``fieldLimit``.
    public static func read(_ text: some Collection<UInt8>) -> [FormField]? {
        let pairs = text.split(
            separator: UInt8(ascii: "&"), maxSplits: fieldLimit, omittingEmptySubsequences: true)
        guard pairs.count <= fieldLimit else { return nil }
        return pairs.map { pair in
            let parts = pair.split(
                separator: UInt8(ascii: "="), maxSplits: 1, omittingEmptySubsequences: false)
            return FormField(
                name: decoded(parts[0]), value: parts.count > 1 ? decoded(parts[1]) : "")
        }
    }

    private static func decoded(_ text: some Collection<UInt8>) -> String {
        String(decoding: PercentCoding.decode(text, plusIsSpace: true), as: UTF8.self)
    }
}
