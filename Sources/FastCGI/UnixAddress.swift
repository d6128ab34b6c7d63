import Glibc

/// The address of a unix socket (unix(7)).
struct UnixAddress {
    private let address: sockaddr_un

    /// The path is empty or longer than the 107 bytes that `sun_path` holds.
    struct PathLength: Error {
        let count: Int
    }

    /// - Parameter path: 1 to 107 bytes.
    init(path: String) throws(PathLength) {
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        let bytes = Array(path.utf8)
        let room = MemoryLayout.size(ofValue: address.sun_path)
        guard (1..<room).contains(bytes.count) else { throw PathLength(count: bytes.count) }
        unsafe withUnsafeMutableBytes(of: &address.sun_path) { unsafe $0.copyBytes(from: bytes) }
        self.address = address
    }

    /// Makes a socket of this kind; negative when that fails (`socket`).
    static func makeSocket() -> CInt {
        Glibc.socket(AF_UNIX, CInt(SOCK_STREAM.rawValue) | CInt(SOCK_CLOEXEC.rawValue), 0)
    }

    /// Binds a socket to the address; 0 when it worked (`bind`).
    func bind(_ socket: CInt) -> CInt {
        unsafe withPointer { unsafe Glibc.bind(socket, $0, $1) }
    }

    /// Connects a socket to the address; 0 when it worked (`connect`).
    func connect(_ socket: CInt) -> CInt {
        unsafe withPointer { unsafe Glibc.connect(socket, $0, $1) }
    }

    private func withPointer(_ body: (UnsafePointer<sockaddr>, socklen_t) -> CInt) -> CInt {
        var address = address
        return unsafe withUnsafePointer(to: &address) {
            unsafe $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                unsafe body($0, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
    }
}
