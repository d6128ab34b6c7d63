/// The name of a column that is known only at run time: one that an administrator declared.
///
/// A name matches `^[a-z][a-z0-9_]{0,62}$`, so that between backticks it is an identifier and
/// nothing else.
public struct ColumnName: Hashable, Sendable, CustomStringConvertible {
    /// The name without backticks.
    public let text: String

    /// Takes a name of lower-case ASCII letters, digits and underscores that begins with a letter
    /// and has at most 63 characters; any other text gives nil.
    public init?(_ text: String) {
        let letters = UInt8(ascii: "a")...UInt8(ascii: "z")
        let digits = UInt8(ascii: "0")...UInt8(ascii: "9")
        guard let first = text.utf8.first, letters.contains(first), text.utf8.count <= 63,
            text.utf8.allSatisfy({
                letters.contains($0) || digits.contains($0) || $0 == UInt8(ascii: "_")
            })
        else { return nil }
        self.text = text
    }

    /// The name without backticks.
    public var description: String { text }
}
