/// The hash function SHA-256 (FIPS 180-4).
public enum SHA256 {
    /// Length of a digest, in bytes.
    public static let byteCount = 32

    /// The digest of a whole message, 32 bytes.
    public static func digest(_ message: [UInt8]) -> [UInt8] {
        HashFunction.sha256.digest(message.span)
    }

    /// The digest of a whole message, 32 bytes.
    public static func digest(_ message: Span<UInt8>) -> [UInt8] {
        HashFunction.sha256.digest(message)
    }
}
