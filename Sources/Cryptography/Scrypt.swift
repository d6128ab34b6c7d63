import COpenSSL

/// scrypt (RFC 7914).
struct Scrypt: Hashable, Sendable {
    /// The most memory that a stored hash may ask for, in bytes: 256 MiB.
    static let largestMemory = 256 << 20
    /// The most lanes that a stored hash may ask for.
    static let mostLanes = 16
    /// The most work that a stored hash may ask for, in bytes written: about four seconds.
    static let largestWork = 1 << 30

    let cost: Int
    let blockSize: Int
    let lanes: Int
    let salt: [UInt8]

    /// Accepts parameters that RFC 7914 §6 allows and that keep within the bounds above.
    init?(cost: Int, blockSize: Int, lanes: Int, salt: [UInt8]) {
        guard cost > 1, cost & (cost - 1) == 0, (1...Self.mostLanes).contains(lanes),
            (1...Self.largestMemory).contains(blockSize), cost <= Self.largestMemory,
            // RFC 7914 §6: less than 2^(128 * r / 8).
            blockSize >= 4 || cost < 1 << (16 * blockSize)
        else { return nil }
        let memory = 128 * cost * blockSize
        guard memory <= Self.largestMemory, memory * lanes <= Self.largestWork else { return nil }
        self.cost = cost
        self.blockSize = blockSize
        self.lanes = lanes
        self.salt = salt
    }

    /// Computes the hash; libcrypto takes the memory and wipes it.
    ///
    /// - Throws: ``PasswordHashingError/outOfMemory``.
    func hash(of password: [UInt8], byteCount: Int) throws(PasswordHashingError) -> [UInt8] {
        var hash = [UInt8](repeating: 0, count: byteCount)
        let status = unsafe password.withUnsafeBytes { password in
            let characters = unsafe password.bindMemory(to: CChar.self)
            // A pointer even for no password: libcrypto takes NULL for a question.
            return unsafe withUnsafePointer(to: CChar(0)) { nothing in
                unsafe EVP_PBE_scrypt(
                    characters.baseAddress ?? nothing, characters.count, salt, salt.count,
                    UInt64(cost), UInt64(blockSize), UInt64(lanes),
                    // Beside the blocks there are a few small buffers.
                    UInt64(2 * Self.largestMemory), &hash, byteCount)
            }
        }
        guard status == 1 else { throw .outOfMemory }
        return hash
    }
}
