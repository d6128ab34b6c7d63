/// Reads the text forms of `django/contrib/auth/hashers.py`.
enum PasswordHashReader {
    typealias Parsed = (scheme: PasswordHash.Scheme, expected: [UInt8])

    /// Lengths of an Argon2 salt, in bytes; the lower one is RFC 9106 §3.1's.
    static let argon2SaltCounts = 8...64
    private static let argon2HashCounts = 16...64
    /// Lengths of a salt that stands as text, in characters; Django writes 22 and once wrote 12 or 5.
    private static let saltCounts = 1...128
    /// log2 of bcrypt's rounds; 16 takes about four seconds.
    private static let bcryptCosts = 4...16

    static func read(_ text: [UInt8]) -> Parsed? {
        let fields = text.split(separator: UInt8(ascii: "$"), omittingEmptySubsequences: false)
        guard let first = fields.first else { return nil }
        guard fields.count > 1 else { return unsaltedDigest(.md5, hex: text[...]) }
        let rest = fields.dropFirst()
        return switch String(decoding: first, as: UTF8.self) {
        case "argon2": argon2(Array(rest))
        case "pbkdf2_sha256": pbkdf2(.sha256, Array(rest))
        case "pbkdf2_sha1": pbkdf2(.sha1, Array(rest))
        case "scrypt": scrypt(Array(rest))
        case "bcrypt_sha256": bcrypt(Array(rest), ofDigest: true)
        case "bcrypt": bcrypt(Array(rest), ofDigest: false)
        case "md5": digest(.md5, Array(rest))
        case "sha1": digest(.sha1, Array(rest))
        case "crypt": desCrypt(Array(rest))
        default: nil
        }
    }

    /// `argon2id$v=19$m=102400,t=2,p=8$salt$hash`.
    private static func argon2(_ fields: [ArraySlice<UInt8>]) -> Parsed? {
        guard fields.count == 5, fields[1].elementsEqual("v=19".utf8),
            let variant = Argon2.Variant(rawValue: String(decoding: fields[0], as: UTF8.self)),
            let parameters = argon2Parameters(fields[2]),
            let salt = Base64.decode(fields[3], padding: .forbidden),
            let hash = Base64.decode(fields[4], padding: .forbidden),
            argon2SaltCounts.contains(salt.count), argon2HashCounts.contains(hash.count)
        else { return nil }
        return (.argon2(Argon2(variant: variant, parameters: parameters, salt: salt)), hash)
    }

    private static func argon2Parameters(_ field: ArraySlice<UInt8>) -> Argon2Parameters? {
        let parts = field.split(separator: UInt8(ascii: ","), omittingEmptySubsequences: false)
        guard parts.count == 3, let memory = number(parts[0], after: "m="),
            let iterations = number(parts[1], after: "t="),
            let lanes = number(parts[2], after: "p=")
        else { return nil }
        return Argon2Parameters(memoryKiB: memory, iterations: iterations, parallelism: lanes)
    }

    /// `iterations$salt$base64`.
    private static func pbkdf2(_ function: HashFunction, _ fields: [ArraySlice<UInt8>]) -> Parsed? {
        guard fields.count == 3, let iterations = number(fields[0]),
            (1...PBKDF2.mostIterations).contains(iterations), saltCounts.contains(fields[1].count),
            let hash = Base64.decode(fields[2]), hash.count == function.byteCount
        else { return nil }
        let salt = Array(fields[1])
        return (.pbkdf2(PBKDF2(function: function, iterations: iterations, salt: salt)), hash)
    }

    /// `N$salt$r$p$base64`.
    private static func scrypt(_ fields: [ArraySlice<UInt8>]) -> Parsed? {
        guard fields.count == 5, let cost = number(fields[0]), saltCounts.contains(fields[1].count),
            let blockSize = number(fields[2]), let lanes = number(fields[3]),
            let scrypt = Scrypt(
                cost: cost, blockSize: blockSize, lanes: lanes, salt: Array(fields[1])),
            let hash = Base64.decode(fields[4]), hash.count == 64
        else { return nil }
        return (.scrypt(scrypt), hash)
    }

    /// An empty field, then `2b$12$` with 22 characters of salt and 31 of hash.
    private static func bcrypt(_ fields: [ArraySlice<UInt8>], ofDigest: Bool) -> Parsed? {
        guard fields.count == 4, fields[0].isEmpty, fields[2].count == 2,
            ["2a", "2b", "2y"].contains(String(decoding: fields[1], as: UTF8.self)),
            let cost = number(fields[2], leadingZero: true), bcryptCosts.contains(cost),
            fields[3].count == 53, fields[3].allSatisfy(isCryptCharacter)
        else { return nil }
        let dollar = [UInt8(ascii: "$")]
        let head = dollar + fields[1] + dollar + fields[2] + dollar
        return (
            .bcrypt(setting: head + fields[3].prefix(22), ofDigest: ofDigest),
            Array(fields[3].suffix(31))
        )
    }

    /// `salt$hex`; no salt is the form that Django called "unsalted".
    private static func digest(_ function: HashFunction, _ fields: [ArraySlice<UInt8>]) -> Parsed? {
        guard fields.count == 2, fields[0].count <= saltCounts.upperBound,
            let hash = Hex.decode(fields[1]), hash.count == function.byteCount
        else { return nil }
        return (.digest(function, salt: Array(fields[0])), hash)
    }

    private static func unsaltedDigest(_ function: HashFunction, hex: ArraySlice<UInt8>) -> Parsed?
    {
        guard let hash = Hex.decode(hex), hash.count == function.byteCount else { return nil }
        return (.digest(function, salt: []), hash)
    }

    /// An empty field, then the 13 characters of traditional crypt.
    private static func desCrypt(_ fields: [ArraySlice<UInt8>]) -> Parsed? {
        guard fields.count == 2, fields[0].isEmpty, fields[1].count == 13,
            fields[1].allSatisfy(isCryptCharacter)
        else { return nil }
        return (.desCrypt(setting: Array(fields[1].prefix(2))), Array(fields[1]))
    }

    private static func isCryptCharacter(_ character: UInt8) -> Bool {
        switch character {
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "."), UInt8(ascii: "/"):
            true
        default: false
        }
    }

    /// A number of one to nine digits and nothing else.
    private static func number(
        _ field: ArraySlice<UInt8>, after prefix: String = "", leadingZero: Bool = false
    ) -> Int? {
        guard field.starts(with: prefix.utf8) else { return nil }
        let digits = field.dropFirst(prefix.utf8.count)
        guard (1...9).contains(digits.count), leadingZero || digits.first != UInt8(ascii: "0"),
            digits.allSatisfy((UInt8(ascii: "0")...UInt8(ascii: "9")).contains)
        else { return nil }
        return digits.reduce(0) { $0 * 10 + Int($1 - UInt8(ascii: "0")) }
    }
}
