import Glibc
import Logging
import Synchronization

/// Standard error, which never makes anybody wait.
///
/// When whoever reads the log has stopped, a pipe or the socket of journald fills up, and a plain
/// write would hold one thread after another until nothing is answered any more. Here the lines are
/// dropped instead, and counted; the next line that gets through is preceded by their number.
///
/// A write to a pipe may still wait when another process fills the same pipe at the same moment.
enum LogOutput {
    /// How many lines were dropped since the last one that got through.
    private static let lost = Mutex(0)
    /// What a pipe that can be written to takes without a wait (`PIPE_BUF`, pipe(7)), in bytes.
    private static let pieceLimit = 4096

    /// Writes whole lines, or drops them.
    static func write(_ lines: [UInt8], format: LineLogHandler.Format) {
        lost.withLock { lost in
            if lost > 0 {
                let report = LogLine.make(
                    .warning, "log lines lost", [("lines", String(lost))], format: format)
                guard put(report[...]) else {
                    lost += count(lines[...])
                    return
                }
                lost = 0
            }
            var rest = lines[...]
            while !rest.isEmpty {
                let piece = rest.prefix(pieceLimit)
                guard put(piece) else {
                    lost += count(rest)
                    return
                }
                rest = rest.dropFirst(piece.count)
            }
        }
    }

    private static func count(_ lines: ArraySlice<UInt8>) -> Int {
        lines.count { $0 == UInt8(ascii: "\n") }
    }

    private static let isSocket: Bool = {
        var status = stat()
        return fstat(STDERR_FILENO, &status) == 0 && status.st_mode & S_IFMT == S_IFSOCK
    }()

    /// - Returns: Whether all of it was taken.
    private static func put(_ piece: ArraySlice<UInt8>) -> Bool {
        piece.withUnsafeBytes { bytes in
            if isSocket {
                let flags = CInt(MSG_DONTWAIT) | CInt(MSG_NOSIGNAL)
                return send(STDERR_FILENO, bytes.baseAddress, bytes.count, flags) == bytes.count
            }
            var descriptor = pollfd(fd: STDERR_FILENO, events: Int16(POLLOUT), revents: 0)
            guard poll(&descriptor, 1, 0) == 1, descriptor.revents & Int16(POLLOUT) != 0 else {
                return false
            }
            return Glibc.write(STDERR_FILENO, bytes.baseAddress, bytes.count) == bytes.count
        }
    }
}
