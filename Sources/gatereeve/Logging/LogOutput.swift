import Glibc
import Logging
import Synchronization

/// Standard error, which never makes anybody wait.
///
/// When whoever reads the log has stopped, a pipe or the socket of journald fills up, and a plain
/// write would hold one thread after another until nothing is answered any more. Here the lines are
/// dropped instead, and counted; the next line that gets through is preceded by their number.
///
/// No lock is taken: a lock that is held during a system call would make all threads queue.
enum LogOutput {
    /// How many lines were dropped since the last one that got through.
    private static let lost = Atomic(0)
    /// What is taken whole or not at all, in bytes: by a pipe 4096 (`PIPE_BUF`, pipe(7)), by a unix socket
    /// what fits into half of the smallest buffer that it can have (`SO_SNDBUF`, socket(7)).
    private static let pieceLimit = isSocket ? 2048 : 4096

    /// Writes whole lines, or drops them.
    static func write(_ lines: [UInt8], format: LogLines.Format) {
        if lost.load(ordering: .relaxed) > 0 {
            let dropped = lost.exchange(0, ordering: .relaxed)
            var report = LogLines(format: format)
            report.begin(.warning, "log lines lost")
            report.add("lines", String(dropped))
            report.end()
            guard dropped == 0 || put(report.bytes[...]) else {
                lost.add(dropped + count(lines[...]), ordering: .relaxed)
                return
            }
        }
        var rest = lines[...]
        while !rest.isEmpty {
            let piece = firstPiece(of: rest)
            guard put(piece) else {
                lost.add(count(rest), ordering: .relaxed)
                return
            }
            rest = rest.dropFirst(piece.count)
        }
    }

    /// As many whole lines as may be written at once; a part of the first where even that is too long.
    private static func firstPiece(of lines: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
        let most = lines.prefix(pieceLimit)
        guard most.count < lines.count, let end = most.lastIndex(of: UInt8(ascii: "\n")) else {
            return most
        }
        return most[...end]
    }

    private static func count(_ lines: ArraySlice<UInt8>) -> Int {
        lines.count { $0 == UInt8(ascii: "\n") }
    }

    private static let isSocket: Bool = {
        var status = stat()
        return fstat(STDERR_FILENO, &status) == 0 && status.st_mode & S_IFMT == S_IFSOCK
    }()

    /// Standard error opened once more; negative where that cannot be done, as with a socket.
    ///
    /// `O_NONBLOCK` on descriptor 2 itself would hold for every other program that has it.
    private static let ownDescriptor: CInt =
        isSocket ? -1 : open("/proc/self/fd/2", O_WRONLY | O_NONBLOCK | O_APPEND | O_CLOEXEC)

    /// For the case that it cannot: a pipe must not be filled between the question and the write.
    private static let turn = Mutex(())

    /// - Returns: Whether all of it was taken.
    private static func put(_ piece: ArraySlice<UInt8>) -> Bool {
        piece.withUnsafeBytes { bytes in
            if isSocket {
                let flags = CInt(MSG_DONTWAIT) | CInt(MSG_NOSIGNAL)
                return send(STDERR_FILENO, bytes.baseAddress, bytes.count, flags) == bytes.count
            }
            if ownDescriptor >= 0 {
                return Glibc.write(ownDescriptor, bytes.baseAddress, bytes.count) == bytes.count
            }
            return turn.withLock { _ in
                var descriptor = pollfd(fd: STDERR_FILENO, events: Int16(POLLOUT), revents: 0)
                return poll(&descriptor, 1, 0) == 1 && descriptor.revents & Int16(POLLOUT) != 0
                    && Glibc.write(STDERR_FILENO, bytes.baseAddress, bytes.count) == bytes.count
            }
        }
    }
}
