import CArgon2
import CHashingMemory
import CSodium

/// Argon2 version 1.3 (RFC 9106), by the fastest library that can do the variant.
struct Argon2: Hashable, Sendable {
    /// The three ways in which Argon2 walks its memory (RFC 9106 §3.4.1).
    enum Variant: String, Sendable {
        case argon2d, argon2i, argon2id
    }

    let variant: Variant
    let parameters: Argon2Parameters
    /// 8 to 64 bytes.
    let salt: [UInt8]

    /// Computes the hash, in memory of the workspace, which is wiped.
    ///
    /// - Throws: ``PasswordHashingError/outOfMemory``.
    func hash(
        of password: [UInt8], byteCount: Int, in workspace: HashingWorkspace
    ) throws(PasswordHashingError) -> [UInt8] {
        try workspace.lend(
            memoryKiB: parameters.memoryKiB
        ) { () throws(PasswordHashingError) -> [UInt8] in
            if canUseLibsodium(byteCount: byteCount) {
                try hashWithLibsodium(password, byteCount: byteCount)
            } else {
                try hashWithLibargon2(password, byteCount: byteCount)
            }
        }
    }

    /// Whether libsodium, which is about twice as fast, can compute this hash: it knows Argon2id of
    /// one lane with a salt of 16 bytes, by this interface.
    private func canUseLibsodium(byteCount: Int) -> Bool {
        variant == .argon2id && parameters.parallelism == 1 && Sodium.isReady
            && salt.count == Int(crypto_pwhash_SALTBYTES)
            && byteCount >= Int(crypto_pwhash_BYTES_MIN)
    }

    func hashWithLibsodium(
        _ password: [UInt8], byteCount: Int
    ) throws(PasswordHashingError) -> [UInt8] {
        var hash = [UInt8](repeating: 0, count: byteCount)
        let status = unsafe password.withUnsafeBytes { password in
            let characters = unsafe password.bindMemory(to: CChar.self)
            // A pointer even for no password, as the header demands one.
            return unsafe withUnsafePointer(to: CChar(0)) { nothing in
                unsafe crypto_pwhash(
                    &hash, UInt64(byteCount), characters.baseAddress ?? nothing,
                    UInt64(characters.count), salt, UInt64(parameters.iterations),
                    parameters.memoryKiB * 1024, crypto_pwhash_ALG_ARGON2ID13)
            }
        }
        // The parameters are within its bounds, so memory is the one thing that can fail.
        guard status == 0 else { throw .outOfMemory }
        return hash
    }

    func hashWithLibargon2(
        _ password: [UInt8], byteCount: Int
    ) throws(PasswordHashingError) -> [UInt8] {
        var (hash, password, salt) = ([UInt8](repeating: 0, count: byteCount), password, salt)
        defer { wipe(&password) }
        let status = unsafe hash.withUnsafeMutableBufferPointer { hash in
            unsafe password.withUnsafeMutableBufferPointer { password in
                unsafe salt.withUnsafeMutableBufferPointer { salt in
                    var context = unsafe argon2_context()
                    unsafe context.out = hash.baseAddress
                    unsafe context.outlen = UInt32(hash.count)
                    unsafe context.pwd = password.baseAddress
                    unsafe context.pwdlen = UInt32(password.count)
                    unsafe context.salt = salt.baseAddress
                    unsafe context.saltlen = UInt32(salt.count)
                    unsafe context.t_cost = UInt32(parameters.iterations)
                    unsafe context.m_cost = UInt32(parameters.memoryKiB)
                    unsafe context.lanes = UInt32(parameters.parallelism)
                    unsafe context.threads = 1
                    unsafe context.version = ARGON2_VERSION_13.rawValue
                    unsafe context.allocate_cbk = gatereeve_use_lent_memory
                    unsafe context.free_cbk = gatereeve_release_lent_memory
                    return unsafe argon2_ctx(&context, variant.type)
                }
            }
        }
        guard status == ARGON2_OK.rawValue else { throw .outOfMemory }
        return hash
    }
}

extension Argon2.Variant {
    fileprivate var type: argon2_type {
        switch self {
        case .argon2d: Argon2_d
        case .argon2i: Argon2_i
        case .argon2id: Argon2_id
        }
    }
}

private enum Sodium {
    /// Chooses the code for this processor, once; without it the portable and slow one runs.
    static let isReady = sodium_init() >= 0
}
