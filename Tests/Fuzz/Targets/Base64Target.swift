import Cryptography

extension FuzzTarget {
    /// All forms of base64, and hexadecimal digits: each value has one text.
    static let base64 = FuzzTarget("base64", longest: 8192) { bytes in
        let text = String(foreign: bytes)
        if let value = Base64URL.decode(bytes) {
            try require(Base64URL.encode(value).hasBytes(of: text), "base64url: two texts")
            try require(value.count == bytes.count * 3 / 4, "base64url: the length is wrong")
        }
        for padding in [Base64.Padding.required, .forbidden] {
            guard let value = Base64.decode(bytes, padding: padding) else { continue }
            let written = Base64.encode(value, padding: padding)
            try require(written.hasBytes(of: text), "base64, padding \(padding): two texts")
        }
        if let value = Hex.decode(bytes) {
            try require(
                Hex.encode(value).hasBytes(of: text.lowercased()), "hexadecimal: two values")
        }
        let encoded = Base64URL.encode(bytes)
        try require(Base64URL.decode(encoded.utf8) == bytes, "base64url does not bring bytes back")
    }
}
