import ArgumentParser
import Cryptography
import Glibc

/// The secrets of an installation: one file for each, readable by root alone.
enum CredentialFile {
    /// Where they are; the units hand them over by `LoadCredential=`.
    static let directory = "/etc/gatereeve/credentials"

    /// Makes a secret of 48 random bytes in base64, unless there is one.
    ///
    /// The file appears whole or not at all, so that an interrupted start cannot leave half a
    /// secret, and one that is there is never touched.
    ///
    /// - Returns: Whether it was made.
    /// - Throws: `ExitCode` 1 after it has printed why.
    static func makeSecret(_ name: String) throws -> Bool {
        let path = "\(directory)/\(name)"
        if access(path, F_OK) == 0 { return false }
        let draft = "\(path).\(getpid()).new"
        let text = Base64.encode(SystemRandom().bytes(count: 48)) + "\n"
        mkdir(directory, 0o700)
        let file = open(draft, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o400)
        guard file >= 0 else { throw failure(path) }
        defer { unlink(draft) }
        let bytes = Array(text.utf8)
        let isWritten = write(file, bytes, bytes.count) == bytes.count && fsync(file) == 0
        close(file)
        // Unlike rename(2), link(2) never replaces a secret that somebody else made meanwhile.
        guard isWritten, link(draft, path) == 0 else { throw failure(path) }
        return true
    }

    private static func failure(_ path: String) -> ExitCode {
        Complaint.print("\(path) cannot be made: \(String(cString: strerror(errno)))")
        return ExitCode(1)
    }
}
