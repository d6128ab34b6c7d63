import ArgumentParser
import Auth
import Cryptography
import Glibc
import Hashing
import Settings

extension HashingPool.Settings {
    /// The section `hashing`.
    init(_ values: SettingValues) {
        self.init(
            threads: HashingThreads.count(values),
            queueLimit: values[HashingKeys.queueLimit], waitLimit: values[HashingKeys.waitLimit],
            niceness: values[HashingKeys.niceness])
    }
}

extension PasswordHasher {
    /// The Argon2 part of the section `passwords`.
    init(_ values: SettingValues) throws {
        let parameters = Argon2Parameters(
            memoryKiB: values[PasswordKeys.argon2Memory],
            iterations: values[PasswordKeys.argon2Iterations],
            parallelism: values[PasswordKeys.argon2Parallelism])
        guard let parameters else {
            Complaint.print("passwords.argon2_memory must be at least 8 KiB for each lane")
            throw ExitCode(78)
        }
        self.init(
            parameters: parameters, upgradesHashes: values[PasswordKeys.upgradeHashes])
    }
}

/// How many threads hash.
enum HashingThreads {
    /// The setting `hashing.threads`, or one for each core.
    static func count(_ values: SettingValues) -> Int {
        let threads = values[HashingKeys.threads]
        return threads > 0 ? threads : max(1, sysconf(Int32(_SC_NPROCESSORS_ONLN)))
    }
}
