import ArgumentParser
import Glibc

/// The lines of standard input, one after another, however long the whole is.
struct InputLines {
    /// The most bytes of a line that is taken for one.
    static let lengthLimit = 1 << 20

    private var chunk: [UInt8] = []
    private var start = 0

    /// The next line without its end, or nil after the last.
    ///
    /// Of a line that is longer than ``lengthLimit`` one byte more is returned, and the rest is passed over.
    ///
    /// - Throws: `ExitCode` 1 after it has printed that reading failed: what was read is not the whole.
    mutating func next() throws -> [UInt8]? {
        var line: [UInt8] = []
        var hasBegun = false
        while true {
            if start == chunk.count {
                guard try fill() else { return hasBegun ? line : nil }
            }
            hasBegun = true
            let end = chunk[start...].firstIndex(of: 0x0A)
            let piece = chunk[start..<(end ?? chunk.count)]
            line += piece.prefix(Self.lengthLimit + 1 - line.count)
            start = end.map { $0 + 1 } ?? chunk.count
            if end != nil { return line }
        }
    }

    /// - Returns: Whether there was anything more.
    private mutating func fill() throws -> Bool {
        var bytes = [UInt8](repeating: 0, count: 1 << 16)
        var count = read(STDIN_FILENO, &bytes, bytes.count)
        while count < 0, errno == EINTR { count = read(STDIN_FILENO, &bytes, bytes.count) }
        guard count >= 0 else {
            Complaint.print("Standard input cannot be read: \(String(cString: strerror(errno))).")
            throw ExitCode.failure
        }
        chunk = Array(bytes.prefix(count))
        start = 0
        return count > 0
    }
}
