public import Cryptography

/// The expensive part of a request: hashing a password.
///
/// Indirect, since a case that is smaller than another is copied with whatever lay on the stack behind
/// it, and that may be a password; it would stay in the memory of the queue.
public indirect enum PasswordWork: Sendable {
    /// Make the hash of a new password.
    case make(Password)
    /// Compare a password with a hash. The alternative is tried when the password does not match.
    case verify(Password, alternative: Password?, against: PasswordHash)
    /// Take the time of a comparison that does not match: with the hash of an account that may not be
    /// used, or with one of the present parameters when there is none.
    case pretend(Password, alternative: Password?, like: PasswordHash?)
}

/// What the expensive part found.
public enum PasswordWorkResult: Sendable {
    /// The encoded hash of a new password.
    case made(String)
    /// Whether the password matched; `upgraded` is a new hash of it when the old one has other
    /// parameters than those in force.
    case compared(matches: Bool, upgraded: String?)
}

/// Does a request's password work, now on the calling thread.
public struct PasswordHasher: Sendable {
    /// The parameters of new hashes.
    public let parameters: Argon2Parameters
    /// Whether hashes of other parameters are made anew when the password is known.
    public let upgradesHashes: Bool
    /// A hash of the present parameters that no password has.
    private let decoy: PasswordHash?

    /// - Parameters:
    ///   - parameters: The parameters of new hashes.
    ///   - upgradesHashes: Whether hashes of other parameters are replaced after a login.
    public init(parameters: Argon2Parameters, upgradesHashes: Bool) {
        self.parameters = parameters
        self.upgradesHashes = upgradesHashes
        let costs =
            "m=\(parameters.memoryKiB),t=\(parameters.iterations),p=\(parameters.parallelism)"
        let random = SystemRandom()
        let salt = Base64.encode(random.bytes(count: 16), padding: .forbidden)
        let hash = Base64.encode(random.bytes(count: 32), padding: .forbidden)
        decoy = PasswordHash(encoded: "argon2$argon2id$v=19$\(costs)$\(salt)$\(hash)")
    }

    /// Does the work.
    ///
    /// - Parameter workspace: The memory of this thread.
    /// - Throws: When the memory cannot be had now; nothing is known about the password then.
    public func perform(
        _ work: PasswordWork, in workspace: HashingWorkspace
    ) throws(PasswordHashingError) -> PasswordWorkResult {
        switch work {
        case .make(let password):
            return .made(try make(password, in: workspace))
        case .pretend(let password, let alternative, let hash):
            for candidate in [password, alternative].compactMap({ $0 }) {
                _ = try (hash ?? decoy)?.verify(candidate.bytes, in: workspace)
            }
            return .compared(matches: false, upgraded: nil)
        case .verify(let password, let alternative, let hash):
            for candidate in [password, alternative].compactMap({ $0 })
            where try hash.verify(candidate.bytes, in: workspace) {
                let isOld = upgradesHashes && hash.needsRehash(to: parameters)
                return .compared(
                    matches: true, upgraded: isOld ? try make(candidate, in: workspace) : nil)
            }
            return .compared(matches: false, upgraded: nil)
        }
    }

    /// What a piece of work compares with and how often, when it does not match.
    ///
    /// - Returns: Nil for work that compares nothing.
    public func comparison(of work: PasswordWork) -> (cost: String, count: UInt64)? {
        switch work {
        case .make: nil
        case .verify(_, let alternative, let hash): (hash.cost, alternative == nil ? 1 : 2)
        case .pretend(_, let alternative, let hash):
            (hash?.cost ?? presentCost, alternative == nil ? 1 : 2)
        }
    }

    /// The cost of hashes of the present parameters.
    public var presentCost: String { decoy?.cost ?? "" }

    private func make(
        _ password: Password, in workspace: HashingWorkspace
    ) throws(PasswordHashingError) -> String {
        return try PasswordHash.argon2id(
            password.bytes, parameters: parameters, from: SystemRandom(), in: workspace
        ).encoded
    }
}
