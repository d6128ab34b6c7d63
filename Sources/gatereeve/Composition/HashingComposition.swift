import ArgumentParser
import Auth
import Cryptography
import Hashing
import Settings

extension HashingPool.Settings {
    /// The section `hashing`.
    init(_ values: SettingValues) {
        self.init(
            threads: ThreadCounts.hashing(values),
            queueLimit: values[HashingKeys.queueLimit], waitLimit: values[HashingKeys.waitLimit],
            niceness: values[HashingKeys.niceness],
            answeringThreads: ThreadCounts.answering(values))
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
