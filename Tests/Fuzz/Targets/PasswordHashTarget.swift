@testable import Cryptography

extension FuzzTarget {
    /// Stored hashes: what is taken costs no more than the bounds, and is kept as it is written.
    static let passwordHash = FuzzTarget("password-hash", longest: 1024) { bytes in
        let text = String(foreign: bytes)
        guard let hash = PasswordHash(encoded: text) else { return }
        try require(hash.encoded.hasBytes(of: text), "it was rewritten")
        try require(text.utf8.count <= PasswordHash.longestEncoded, "it is too long")
        try require(
            (13...64).contains(hash.expected.count), "a hash of \(hash.expected.count) bytes")
        switch hash.scheme {
        case .argon2(let argon2):
            let parameters = argon2.parameters
            try require(parameters.memoryKiB <= 256 * 1024, "Argon2 takes too much memory")
            try require(parameters.iterations <= 16, "Argon2 takes too much time")
            try require(parameters.memoryKiB >= 8 * parameters.parallelism, "memory for no lane")
            try require((8...64).contains(argon2.salt.count), "a salt that Argon2 refuses")
        case .pbkdf2(let pbkdf2):
            try require((1...10_000_000).contains(pbkdf2.iterations), "PBKDF2 takes too much time")
        case .scrypt(let scrypt):
            let memory = 128 * scrypt.cost * scrypt.blockSize
            try require(memory <= 256 << 20, "scrypt takes too much memory")
            try require(memory * scrypt.lanes <= 1 << 30, "scrypt takes too much time")
        case .bcrypt(let setting, _):
            try require(setting.count == 29, "a setting that crypt refuses")
            let cost = Int(String(foreign: setting[4..<6])) ?? 99
            try require((4...16).contains(cost), "bcrypt takes too much time")
        case .desCrypt(let setting):
            try require(setting.count == 2, "a setting that crypt refuses")
        case .digest(_, let salt):
            try require(salt.count <= 128, "the salt is too long")
        }
        _ = hash.needsRehash(to: .standard)
    }
}
