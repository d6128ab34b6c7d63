public import Cryptography

/// The name of a token: the `jti` claim, 32 hexadecimal digits.
///
/// Tokens of this service have a UUID of version 8 (RFC 9562 §5.8) that carries two things besides
/// chance. The time makes neighbours in the blacklist's tree of tokens that end together. The session
/// generation tells tokens issued before a password reset from those issued after, also within the
/// same second and when the clocks of two machines differ. Both are covered by the signature.
///
/// ```
///  48 bits  milliseconds since 1970       4 bits  version, 8
///  12 bits  session generation            2 bits  variant, 2
///  38 bits  random                       24 bits  check
/// ```
///
/// The check is the ``CRC24`` of all before it. It tells names of this service from 32 random digits
/// of another, of which one in 64 would look the same without it.
public struct TokenID: Hashable, Sendable {
    /// How many generations are told apart.
    public static let generationCount: UInt32 = 1 << 12

    /// The claim.
    public let text: String
    /// The bytes under which the blacklist knows the token.
    ///
    /// A foreign name that is not 32 hexadecimal digits is represented by a digest.
    public let blacklistKey: [UInt8]
    /// The session generation that it was issued in, modulo ``generationCount``; nil for a token that
    /// another system issued.
    public let generation: UInt32?

    /// The name of a new token.
    public static func make(
        at now: Instant, generation: UInt32, from random: some RandomSource
    ) -> TokenID {
        let milliseconds = UInt64(max(0, now.unixMilliseconds))
        var bytes = random.bytes(count: 16)
        for index in 0..<6 {
            bytes[index] = UInt8(truncatingIfNeeded: milliseconds >> UInt64(40 - 8 * index))
        }
        let generation = generation % generationCount
        bytes[6] = 0x80 | UInt8(generation >> 8)
        bytes[7] = UInt8(generation & 0xFF)
        bytes[8] = 0x80 | bytes[8] & 0x3F
        let check = CRC24.checksum(of: bytes[..<13])
        for index in 0..<3 {
            bytes[13 + index] = UInt8(truncatingIfNeeded: check >> UInt32(16 - 8 * index))
        }
        return TokenID(text: Hex.encode(bytes), bytes: bytes, generation: generation)
    }

    private init(text: String, bytes: [UInt8], generation: UInt32) {
        self.text = text
        self.blacklistKey = bytes
        self.generation = generation
    }

    /// The name that a token carries.
    public init(text: String) {
        self.text = text
        guard text.utf8.count == 32, let bytes = Hex.decode(text.utf8.span) else {
            blacklistKey = Array(SHA256.digest(Array(text.utf8)).prefix(16))
            generation = nil
            return
        }
        blacklistKey = bytes
        let isOurs =
            bytes[6] >> 4 == 8 && bytes[8] >> 6 == 2
            && CRC24.checksum(of: bytes) == 0
        generation = isOurs ? UInt32(bytes[6] & 0x0F) << 8 | UInt32(bytes[7]) : nil
    }

    /// The name whose 16 bytes are these.
    public init(bytes: [UInt8]) {
        self.init(text: Hex.encode(bytes))
    }
}
