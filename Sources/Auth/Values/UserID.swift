import Cryptography
public import JSON

/// The public number of a user: the `user_id` claim and the `uidb64` of reset links.
public struct UserID: Hashable, Sendable {
    /// 1 and on.
    public let rawValue: UInt64

    /// The user with a number.
    public init(_ rawValue: UInt64) {
        self.rawValue = rawValue
    }

    /// Reads decimal digits without sign or leading zero.
    public init?(_ text: some StringProtocol) {
        guard (1...20).contains(text.utf8.count), text.utf8.first != UInt8(ascii: "0"),
            text.utf8.allSatisfy({ (0x30...0x39).contains($0) }), let number = UInt64(text)
        else { return nil }
        rawValue = number
    }

    /// Reads the claim, which is text from SimpleJWT 5.5.1 on and was a number before.
    public init?(claim: JSONValue) {
        switch claim {
        case .string(let text): self.init(text)
        case .number(let number): self.init(number.text)
        default: return nil
        }
    }

    /// Reads the unpadded URL-safe base64 of the decimal digits.
    public init?(uidb64: String) {
        guard let bytes = Base64URL.decode(Array(uidb64.utf8)) else { return nil }
        self.init(String(decoding: bytes, as: UTF8.self))
    }

    /// The unpadded URL-safe base64 of the decimal digits.
    public var uidb64: String { Base64URL.encode(Array(String(rawValue).utf8)) }
}
