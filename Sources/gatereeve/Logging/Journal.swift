import Foundation
import Glibc

/// The journal of systemd.
enum Journal {
    /// Whether standard error leads there: `JOURNAL_STREAM` names its device and number (systemd.exec(5)).
    static var isStandardError: Bool {
        guard let stream = ProcessInfo.processInfo.environment["JOURNAL_STREAM"] else {
            return false
        }
        var status = stat()
        guard fstat(STDERR_FILENO, &status) == 0 else { return false }
        return stream == "\(status.st_dev):\(status.st_ino)"
    }
}
