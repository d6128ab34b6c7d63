/// The base64 of stored password hashes, with the alphabet of RFC 4648 §4.
public enum Base64 {
    /// Whether `=` fills the text up to a multiple of four characters.
    public enum Padding: Hashable, Sendable {
        /// As Python and Django write.
        case required
        /// As the PHC form of Argon2 has it.
        case forbidden
    }

    /// The text of the bytes.
    public static func encode(_ bytes: [UInt8], padding: Padding = .required) -> String {
        var text = Base64Alphabet.standard.encode(bytes.span)
        if padding == .required {
            while !text.count.isMultiple(of: 4) { text.append(UInt8(ascii: "=")) }
        }
        return String(decoding: text, as: UTF8.self)
    }

    /// Reads the one text that ``encode(_:padding:)`` writes for a value.
    ///
    /// - Returns: `nil` for whitespace, the other alphabet, wrong padding, an impossible length, and
    ///   bits beyond the last byte that are not zero (RFC 4648 §3.5).
    public static func decode(
        _ text: some Collection<UInt8>, padding: Padding = .required
    ) -> [UInt8]? {
        var characters = Array(text)
        if padding == .required {
            guard characters.count.isMultiple(of: 4) else { return nil }
            var fill = 0
            while fill < 2, characters.last == UInt8(ascii: "=") {
                characters.removeLast()
                fill += 1
            }
        }
        return Base64Alphabet.standard.decode(characters.span)
    }
}
