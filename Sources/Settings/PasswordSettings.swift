/// `passwords`: what a password must be and how it is kept.
public enum PasswordKeys {
    /// See the meaning of each.
    public static let lengthMinimum = Setting.integer(
        "passwords.length_minimum", 1...64, unit: "characters", standard: 8,
        "The shortest new password.")
    /// See the meaning of each.
    public static let lengthMaximum = Setting.integer(
        "passwords.length_maximum", 64...1024, unit: "characters", standard: 128,
        "The longest new password; every character counts.")
    /// See the meaning of each.
    public static let commonList = Setting.path(
        "passwords.common_list", standard: "",
        "A sorted file of passwords that are refused. Empty: the shipped list.")
    /// See the meaning of each.
    public static let argon2Memory = Setting.integer(
        "passwords.argon2_memory", 8192...262_144, unit: "KiB", standard: 19456,
        "Memory of one Argon2id hash. `gatereeve bench-hash` advises.")
    /// See the meaning of each.
    public static let argon2Iterations = Setting.integer(
        "passwords.argon2_iterations", 1...16, standard: 2, "Passes over that memory.")
    /// See the meaning of each.
    public static let argon2Parallelism = Setting.integer(
        "passwords.argon2_parallelism", 1...16, standard: 1, "Lanes of one hash.")
    /// See the meaning of each.
    public static let upgradeHashes = Setting.boolean(
        "passwords.upgrade_hashes", standard: true,
        "Whether a hash of another form or cost is replaced when its owner logs in.")

    static let all = [
        lengthMinimum.definition, lengthMaximum.definition, commonList.definition,
        argon2Memory.definition, argon2Iterations.definition, argon2Parallelism.definition,
        upgradeHashes.definition,
    ]
}

/// `hashing`: the threads that hash passwords.
public enum HashingKeys {
    /// See the meaning of each.
    public static let threads = Setting.integer(
        "hashing.threads", 0...64, standard: 0,
        "How many passwords are hashed at once. 0: one for each core.")
    /// See the meaning of each.
    public static let queueLimit = Setting.integer(
        "hashing.queue_limit", 1...10000, standard: 128,
        "How many requests may wait for a hash; further ones get 503 at once.")
    /// See the meaning of each.
    public static let waitLimit = Setting.integer(
        "hashing.wait_limit", 100...30000, unit: "milliseconds", standard: 2500,
        "How long after it came a request may still begin to be hashed; later it gets 503. With more "
            + "than the default an answer may take longer than 5 seconds when the database fails.")
    /// See the meaning of each.
    public static let niceness = Setting.integer(
        "hashing.niceness", 0...19, standard: 0,
        "How much the first hashing thread yields to the other threads of the service, as in `nice`; "
            + "the further ones yield by 19, they take what is left.")

    static let all = [
        threads.definition, queueLimit.definition, waitLimit.definition, niceness.definition,
    ]
}
