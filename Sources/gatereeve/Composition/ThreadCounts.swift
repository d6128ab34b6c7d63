import Glibc
import Settings

/// How many threads there are, where the settings leave it to the machine.
enum ThreadCounts {
    /// The setting `server.workers`, or two for each core and at least 8.
    ///
    /// While one waits for the database or for a commit, others use the processors.
    static func workers(_ values: SettingValues) -> Int {
        let workers = values[ServerKeys.workers]
        return workers > 0 ? workers : max(8, 2 * cores)
    }

    /// How many idle workers wait for a connection, so that one is there while each core has one.
    static var listeningWorkers: Int { cores + 1 }

    /// The setting `hashing.threads`, or one for each core.
    static func hashing(_ values: SettingValues) -> Int {
        let threads = values[HashingKeys.threads]
        return threads > 0 ? threads : cores
    }

    /// How many do what follows a hash, each with a connection to the database: one for four workers, or
    /// for four hashing threads.
    ///
    /// A login asks the database as often after the hash as before, and other requests not at all.
    static func answering(_ values: SettingValues) -> Int {
        (max(workers(values), hashing(values)) + 3) / 4
    }

    /// How many connections to the database one instance may have.
    static func connections(_ values: SettingValues) -> Int {
        // One more takes a sample of the hashes, once at the start.
        workers(values) + answering(values) + 1
    }

    private static var cores: Int { max(1, sysconf(Int32(_SC_NPROCESSORS_ONLN))) }
}
