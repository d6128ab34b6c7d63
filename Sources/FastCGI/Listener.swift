import Glibc

/// The listening socket that the web server connects to.
public struct Listener: Sendable {
    /// The descriptor; accept(2) sleeps on it.
    public let descriptor: CInt

    /// Why there is no listener.
    public enum Fault: Error, Hashable, Sendable {
        /// The path is empty or longer than the 107 bytes that `sun_path` holds.
        case pathLength(Int)
        /// A system call failed.
        case system(call: String, errno: CInt)
        /// Another process answers on the path.
        case inUse
    }

    /// The socket that systemd or a test put on descriptor 0, the place that the FastCGI
    /// specification gives it (§2.2); nil when descriptor 0 is no listening socket.
    public static func inherited() -> Listener? {
        var listening: CInt = 0
        var size = socklen_t(MemoryLayout<CInt>.size)
        guard
            unsafe getsockopt(STDIN_FILENO, SOL_SOCKET, SO_ACCEPTCONN, &listening, &size) == 0,
            listening != 0
        else { return nil }
        letSleep(STDIN_FILENO)
        return Listener(descriptor: STDIN_FILENO)
    }

    /// Binds a unix socket itself; a stale one that nobody answers on is replaced.
    ///
    /// `FCGX_OpenSocket` is not used: it ends the process when something fails.
    ///
    /// - Parameters:
    ///   - path: Where, at most 107 bytes.
    ///   - mode: The permissions of the socket file; 0o660 lets the group of the file connect.
    ///   - backlog: How many connections may wait; beyond it the web server is refused at once.
    public static func bind(
        path: String, mode: mode_t, backlog: CInt
    ) throws(Fault) -> Listener {
        let address: UnixAddress
        do throws(UnixAddress.PathLength) {
            address = try UnixAddress(path: path)
        } catch {
            throw .pathLength(error.count)
        }
        if connects(to: address) { throw .inUse }
        // Only a socket is replaced: a path that was set by mistake must not cost a file.
        var status = stat()
        if unsafe lstat(path, &status) == 0, status.st_mode & S_IFMT == S_IFSOCK {
            unsafe unlink(path)
        }
        let socket = UnixAddress.makeSocket()
        guard socket >= 0 else { throw .system(call: "socket", errno: errno) }
        let mask = umask(0o777 & ~mode)
        let bound = address.bind(socket)
        umask(mask)
        guard bound == 0, listen(socket, backlog) == 0 else {
            let fault = Fault.system(call: bound == 0 ? "listen" : "bind", errno: errno)
            close(socket)
            throw fault
        }
        letSleep(socket)
        return Listener(descriptor: socket)
    }

    private static func connects(to address: UnixAddress) -> Bool {
        let probe = UnixAddress.makeSocket()
        defer { close(probe) }
        return address.connect(probe) == 0
    }

    /// Lets accept(2) sleep, in such a way that a signal ends the sleep.
    ///
    /// A system call on a socket with a time limit is not begun anew after a signal, all others are
    /// (signal(7)): so a stop wakes who waits for a connection and disturbs nobody else. The limit
    /// itself does not matter.
    static func letSleep(_ descriptor: CInt) {
        _ = fcntl(descriptor, F_SETFL, fcntl(descriptor, F_GETFL) & ~O_NONBLOCK)
        var limit = timeval(tv_sec: 3600, tv_usec: 0)
        unsafe setsockopt(
            descriptor, SOL_SOCKET, SO_RCVTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
    }
}
