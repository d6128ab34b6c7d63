import Glibc
import Synchronization

/// Tells systemd how the service is (sd_notify(3)); without systemd it tells nobody.
///
/// The protocol is one datagram to the socket that `NOTIFY_SOCKET` names, and needs no library.
public struct ServiceManager: Sendable {
    /// What may be told.
    public enum State: String, Sendable {
        /// The service answers from now on.
        case ready = "READY=1"
        /// The service is about to leave.
        case stopping = "STOPPING=1"
        /// The service moves; without this for `WatchdogSec=` it is restarted.
        case watchdog = "WATCHDOG=1"
    }

    private let path: String?

    /// Reads `NOTIFY_SOCKET`.
    public init() {
        path = unsafe getenv("NOTIFY_SOCKET").map { unsafe String(cString: $0) }
    }

    /// Whether a service manager started this process.
    public var isPresent: Bool { path?.isEmpty == false }

    /// Tells a state; that nobody listens is no fault.
    public func tell(_ state: State) {
        guard let path, !path.isEmpty else { return }
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        var name = Array(path.utf8)
        guard name.count < MemoryLayout.size(ofValue: address.sun_path) else { return }
        // A leading @ stands for the NUL of an abstract address (unix(7)).
        if name[0] == UInt8(ascii: "@") { name[0] = 0 }
        unsafe withUnsafeMutableBytes(of: &address.sun_path) { unsafe $0.copyBytes(from: name) }
        let size = socklen_t(MemoryLayout<sa_family_t>.size + name.count)
        let socket = Glibc.socket(
            AF_UNIX, CInt(SOCK_DGRAM.rawValue) | CInt(SOCK_CLOEXEC.rawValue), 0)
        guard socket >= 0 else { return }
        defer { close(socket) }
        let message = Array(state.rawValue.utf8)
        unsafe withUnsafePointer(to: &address) {
            unsafe $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
                _ = unsafe sendto(
                    socket, message, message.count, CInt(MSG_NOSIGNAL), address, size)
            }
        }
    }
}
