/// A stored password hash, in one of the forms that Django writes or once wrote.
///
/// The forms are those of `django/contrib/auth/hashers.py`. What a stored hash may cost is bounded:
/// whoever can write into the table must not be able to take the service's memory or time.
public struct PasswordHash: Sendable {
    /// How to compute a hash that can be compared with the stored one.
    enum Scheme: Hashable, Sendable {
        case argon2(Argon2)
        case pbkdf2(PBKDF2)
        case scrypt(Scrypt)
        /// The setting, `$2b$12$` and 22 characters of salt; whether the password is the
        /// hexadecimal SHA-256 of the real one.
        case bcrypt(setting: [UInt8], ofDigest: Bool)
        /// The traditional DES form: two characters of salt.
        case desCrypt(setting: [UInt8])
        /// Salt and password in one digest; the salt may be empty.
        case digest(HashFunction, salt: [UInt8])
    }

    /// Length of the longest text that is looked at, in bytes; Django's column has 128.
    public static let longestEncoded = 256

    /// The text as it stands in the table.
    public let encoded: String

    let scheme: Scheme
    let expected: [UInt8]

    /// Reads what stands in the table.
    ///
    /// - Returns: `nil` for an unusable password (`!` and anything), an unknown form, parameters
    ///   out of bounds, and text that no version of Django writes.
    public init?(encoded: String) {
        guard encoded.utf8.count <= Self.longestEncoded,
            let parsed = PasswordHashReader.read(Array(encoded.utf8))
        else { return nil }
        self.encoded = encoded
        scheme = parsed.scheme
        expected = parsed.expected
    }

    private init(argon2: Argon2, hash: [UInt8]) {
        let parameters = argon2.parameters
        encoded =
            "argon2$\(argon2.variant.rawValue)$v=19$m=\(parameters.memoryKiB)"
            + ",t=\(parameters.iterations),p=\(parameters.parallelism)"
            + "$" + Base64.encode(argon2.salt, padding: .forbidden)
            + "$" + Base64.encode(hash, padding: .forbidden)
        scheme = .argon2(argon2)
        expected = hash
    }

    /// Hashes a password anew, with Argon2id in Django's form.
    ///
    /// - Parameters:
    ///   - password: Every byte counts; the caller bounds the length.
    ///   - salt: 8 to 64 bytes; 16 for all new hashes, see ``argon2id(_:parameters:from:in:)``.
    /// - Throws: ``PasswordHashingError/outOfMemory``.
    public static func argon2id(
        _ password: [UInt8], parameters: Argon2Parameters = .standard, salt: [UInt8],
        in workspace: HashingWorkspace
    ) throws(PasswordHashingError) -> PasswordHash {
        precondition(PasswordHashReader.argon2SaltCounts.contains(salt.count), "8 to 64 bytes")
        let argon2 = Argon2(variant: .argon2id, parameters: parameters, salt: salt)
        let hash = try argon2.hash(of: password, byteCount: 32, in: workspace)
        return PasswordHash(argon2: argon2, hash: hash)
    }

    /// Hashes a password anew, with 16 bytes of salt from a source of chance.
    ///
    /// - Throws: ``PasswordHashingError/outOfMemory``.
    public static func argon2id(
        _ password: [UInt8], parameters: Argon2Parameters = .standard,
        from source: some RandomSource, in workspace: HashingWorkspace
    ) throws(PasswordHashingError) -> PasswordHash {
        try argon2id(
            password, parameters: parameters, salt: source.bytes(count: 16), in: workspace)
    }

    /// Whether this is the hash of the password.
    ///
    /// The comparison takes the same time for every hash of the same form. A password with a NUL
    /// never fits a form that C computes (bcrypt and crypt).
    ///
    /// - Throws: ``PasswordHashingError/outOfMemory``: then nothing is known about the password.
    public func verify(
        _ password: [UInt8], in workspace: HashingWorkspace
    ) throws(PasswordHashingError) -> Bool {
        guard let computed = try hash(of: password, in: workspace) else { return false }
        return constantTimeEqual(computed, expected)
    }

    /// Whether to hash the password anew at the next good login.
    ///
    /// - Returns: Whether the algorithm is not Argon2id, its cost differs from the wanted one (up
    ///   or down), the salt has under 128 bits, or the hash has not 256.
    public func needsRehash(to wanted: Argon2Parameters) -> Bool {
        guard case .argon2(let argon2) = scheme, argon2.variant == .argon2id else { return true }
        return argon2.parameters != wanted || argon2.salt.count < 16 || expected.count != 32
    }

    /// What decides how long a comparison takes: hashes with the same text take the same time.
    public var cost: String {
        switch scheme {
        case .argon2(let argon2):
            let parameters = argon2.parameters
            // The length of the salt decides which library computes it.
            return "\(argon2.variant) m=\(parameters.memoryKiB),t=\(parameters.iterations),"
                + "p=\(parameters.parallelism),salt=\(argon2.salt.count)"
        case .pbkdf2(let pbkdf2): return "pbkdf2 \(pbkdf2.function) \(pbkdf2.iterations)"
        case .scrypt(let scrypt): return "scrypt \(scrypt.cost),\(scrypt.blockSize),\(scrypt.lanes)"
        // `$2b$12$`: the digits are the cost.
        case .bcrypt(let setting, _):
            return
                "bcrypt \(String(decoding: setting.prefix(7).suffix(3).prefix(2), as: UTF8.self))"
        case .desCrypt: return "crypt"
        case .digest(let function, _): return "digest \(function)"
        }
    }

    private func hash(
        of password: [UInt8], in workspace: HashingWorkspace
    ) throws(PasswordHashingError) -> [UInt8]? {
        switch scheme {
        case .argon2(let argon2):
            return try argon2.hash(of: password, byteCount: expected.count, in: workspace)
        case .pbkdf2(let pbkdf2):
            return pbkdf2.hash(of: password, byteCount: expected.count)
        case .scrypt(let scrypt):
            return try scrypt.hash(of: password, byteCount: expected.count)
        case .bcrypt(let setting, ofDigest: true):
            let digest = Hex.encode(SHA256.digest(password))
            return Crypt.hash(of: digest.utf8, setting: setting)?.suffix(expected.count)
        case .bcrypt(let setting, ofDigest: false):
            return Crypt.hash(of: password, setting: setting)?.suffix(expected.count)
        case .desCrypt(let setting):
            return Crypt.hash(of: password, setting: setting)
        case .digest(let function, let salt):
            return function.digest((salt + password).span)
        }
    }
}

extension PasswordHash: CustomStringConvertible, CustomReflectable {
    /// The same text for every hash: a hash lets its reader guess the password.
    public var description: String { "PasswordHash(hidden)" }

    /// Shows no part.
    public var customMirror: Mirror { Mirror(self, children: [:]) }
}
