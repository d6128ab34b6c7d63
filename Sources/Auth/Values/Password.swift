/// A password as a client typed it.
///
/// It prints as a fixed text, whatever way it is printed.
public struct Password: Sendable {
    /// The text.
    let text: String

    /// Takes a text as it is.
    public init(_ text: String) {
        self.text = text
    }

    /// The bytes that are hashed: the text in UTF-8, not normalised.
    var bytes: [UInt8] { Array(text.utf8) }

    /// How many Unicode scalars it has.
    var length: Int { text.unicodeScalars.count }

    /// Without the white space around it; nil when there is none.
    var trimmed: Password? {
        let trimmed = text.trimmingPythonSpace()
        return trimmed.utf8.count == text.utf8.count ? nil : Password(trimmed)
    }
}

extension Password: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// Always the same.
    public var description: String { "Password(hidden)" }
    /// Always the same.
    public var debugDescription: String { description }
    /// Has no children.
    public var customMirror: Mirror { Mirror(self, children: [:]) }
}
