import COpenSSL

/// PBKDF2 with HMAC (RFC 8018 §5.2).
struct PBKDF2: Hashable, Sendable {
    /// The most iterations that a stored hash may ask for: about three seconds.
    static let mostIterations = 10_000_000

    let function: HashFunction
    /// 1 to ``mostIterations``.
    let iterations: Int
    let salt: [UInt8]

    func hash(of password: [UInt8], byteCount: Int) -> [UInt8] {
        unsafe [UInt8](unsafeUninitializedCapacity: byteCount) { output, initialized in
            let status = unsafe password.withUnsafeBytes { password in
                let characters = unsafe password.bindMemory(to: CChar.self)
                return unsafe PKCS5_PBKDF2_HMAC(
                    characters.baseAddress, CInt(characters.count), salt, CInt(salt.count),
                    CInt(iterations), function.implementation, CInt(byteCount), output.baseAddress)
            }
            precondition(status == 1, "libcrypto could not compute PBKDF2")
            initialized = byteCount
        }
    }
}
