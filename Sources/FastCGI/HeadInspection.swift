import CLinux
import Glibc
import Threading

/// Looks at the head of a request before libfcgi reads it, and takes nothing away.
///
/// libfcgi keeps every parameter that comes, whatever their number, and asks for as much memory as
/// a length says before anything of it has arrived. So it gets to see only what is sound and small,
/// see ``RequestHeadForm``.
enum HeadInspection {
    /// How long a head may be, in bytes; nginx with its own limits for headers sends 40 KiB at most.
    private static let limit = 49152
    /// How much is looked at, one after the other, while the head is longer.
    ///
    /// Most heads are within the first, for which Swift takes the stack; more than that it would allocate.
    private static let sizes = [1024, 4096, limit]

    /// Waits until the whole head is there, and judges it.
    ///
    /// A peer that sends nothing at all is waited for until the monitor ends the connection.
    ///
    /// - Parameter deadline: When a head that has begun must be whole.
    /// - Returns: Whether libfcgi may read it.
    static func awaitHead(on connection: CInt, until deadline: MonotonicTime) -> Bool {
        var step = 0
        var known = 0
        var hasEnded = false
        while true {
            let size = sizes[step]
            let (verdict, count) = look(at: connection, size: size)
            guard verdict == .unfinished else { return verdict == .sound }
            if count == size {
                guard size < limit else { return false }
                step += 1
                continue
            }
            guard !hasEnded, MonotonicTime.now < deadline else { return false }
            // The rest is on its way. Nothing waits for more than what is already there.
            if count == known { hasEnded = gatereeve_await_end(connection, 2) != 0 }
            known = count
        }
    }

    private static func look(
        at connection: CInt, size: Int
    ) -> (verdict: RequestHeadForm.Verdict, count: Int) {
        unsafe withUnsafeTemporaryAllocation(byteCount: size, alignment: 8) { buffer in
            let count = unsafe recv(connection, buffer.baseAddress, size, CInt(MSG_PEEK))
            guard count > 0 else { return (.unsound, 0) }
            return unsafe (RequestHeadForm.judge(.init(rebasing: buffer[..<count])), count)
        }
    }
}
