/// The URL-safe base64 of tokens and links: no padding, no whitespace, one text for each value
/// (RFC 4648 §5, RFC 7515 §2).
public enum Base64URL {
    /// The text of the bytes.
    public static func encode(_ bytes: [UInt8]) -> String {
        String(decoding: Base64Alphabet.urlSafe.encode(bytes.span), as: UTF8.self)
    }

    /// Appends the text of the bytes to `text`, as ASCII.
    public static func append(encoding bytes: [UInt8], to text: inout [UInt8]) {
        append(encoding: bytes.span, to: &text)
    }

    /// Appends the text of the bytes to `text`, as ASCII.
    public static func append(encoding bytes: Span<UInt8>, to text: inout [UInt8]) {
        Base64Alphabet.urlSafe.append(encoding: bytes, to: &text)
    }

    /// Reads the one text that ``encode(_:)`` writes for a value.
    ///
    /// - Returns: `nil` for padding, whitespace, the other alphabet, an impossible length, and bits
    ///   beyond the last byte that are not zero (RFC 4648 §3.5).
    public static func decode(_ text: some Collection<UInt8>) -> [UInt8]? {
        let decoded = text.withContiguousStorageIfAvailable { characters in
            unsafe decode(Span(_unsafeElements: characters))
        }
        return decoded ?? decode(Array(text).span)
    }

    /// Reads the one text that ``encode(_:)`` writes for a value.
    ///
    /// - Returns: `nil` for all that the form for collections refuses.
    public static func decode(_ text: Span<UInt8>) -> [UInt8]? {
        Base64Alphabet.urlSafe.decode(text)
    }
}
