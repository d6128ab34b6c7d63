import Cryptography

/// A password as a client typed it.
///
/// It prints as a fixed text, whatever way it is printed. Wherever the value is copied to, the bytes
/// stand in one place, which is overwritten with the last copy.
public struct Password: Sendable {
    private let secret: SecretBytes

    /// Takes a text as it is.
    public init(_ text: String) {
        secret = SecretBytes(utf8: text)
    }

    /// The text, made anew for each who asks; keep it no longer than a rule takes.
    var text: String { String(decoding: bytes, as: UTF8.self) }

    /// The bytes that are hashed: the text in UTF-8, not normalised.
    var bytes: [UInt8] { secret.withBytes { bytes in bytes.indices.map { bytes[$0] } } }

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
