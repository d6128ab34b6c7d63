import Foundation
import Glibc
import Synchronization
import Threading

/// The test server behind a relay that can fall silent, as a server does whose machine stands still.
///
/// Freezing the server itself would disturb the tests that run at the same time.
final class FreezableServer: Sendable {
    /// Where it listens on a unix socket.
    let path: String
    /// Where else it listens: on TCP, at 127.0.0.1.
    let port: UInt16
    private let networkListener: CInt
    private let listener: CInt
    private let server: String
    private let state = Mutex(State())
    private let stop = StopSignal()

    /// A client, and the connection to the server that belongs to it.
    private struct Pair {
        let client: CInt
        let server: CInt

        func close() {
            _ = Glibc.close(client)
            _ = Glibc.close(server)
        }
    }

    private struct State {
        var pairs: [Pair] = []
        var isFrozen = false
    }

    private init(server: String) throws {
        self.server = server
        path =
            FileManager.default.temporaryDirectory
            .appendingPathComponent("relay-\(UUID().uuidString.prefix(8))").path
        guard let listener = Self.listener(at: path), let network = Self.networkListener() else {
            throw Failed()
        }
        (self.listener, networkListener, port) = (listener, network.socket, network.port)
    }

    private static func listener(at path: String) -> CInt? {
        let socket = Glibc.socket(AF_UNIX, CInt(SOCK_STREAM.rawValue), 0)
        guard with(path, { bind(socket, $0, $1) }) == 0, listen(socket, 16) == 0 else { return nil }
        return socket
    }

    private static func networkListener() -> (socket: CInt, port: UInt16)? {
        let socket = Glibc.socket(AF_INET, CInt(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = inet_addr("127.0.0.1")
        var size = socklen_t(MemoryLayout<sockaddr_in>.size)
        let isNamed = withUnsafeMutablePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
                bind(socket, address, size) == 0 && getsockname(socket, address, &size) == 0
            }
        }
        guard isNamed, listen(socket, 16) == 0 else { return nil }
        return (socket, UInt16(bigEndian: address.sin_port))
    }

    deinit {
        for pair in state.withLock({ $0.pairs }) { pair.close() }
        close(listener)
        close(networkListener)
        unlink(path)
    }

    /// Starts it, lends it and ends it.
    static func with<Result>(_ body: (FreezableServer) throws -> Result) throws -> Result {
        let relay = try FreezableServer(server: TestServer.socket)
        let thread = OwnedThread(name: "relay") {
            while !relay.stop.wait(milliseconds: 1) { relay.pass() }
        }
        defer {
            relay.stop.raise()
            thread.join()
        }
        return try body(relay)
    }

    /// From now on no byte passes, in neither direction; connections are accepted by the kernel only.
    func freeze() { state.withLock { $0.isFrozen = true } }

    /// Goes on, with everything that was sent meanwhile.
    func thaw() { state.withLock { $0.isFrozen = false } }

    /// How many clients are connected; those whose connection the server has ended are not.
    var clients: Int { state.withLock { $0.pairs.count } }

    /// Passes on what there is.
    private func pass() {
        state.withLock { state in
            guard !state.isFrozen else { return }
            for listener in [listener, networkListener] where Self.isReadable(listener) {
                if let pair = accept(on: listener) { state.pairs.append(pair) }
            }
            state.pairs.removeAll { pair in
                let isOpen =
                    Self.pass(from: pair.client, to: pair.server)
                    && Self.pass(from: pair.server, to: pair.client)
                if !isOpen { pair.close() }
                return !isOpen
            }
        }
    }

    private func accept(on listener: CInt) -> Pair? {
        let client = Glibc.accept(listener, nil, nil)
        guard client >= 0 else { return nil }
        let pair = Pair(
            client: client, server: Glibc.socket(AF_UNIX, CInt(SOCK_STREAM.rawValue), 0))
        guard Self.with(server, { connect(pair.server, $0, $1) }) == 0 else {
            pair.close()
            return nil
        }
        return pair
    }

    /// - Returns: False when one of the two has hung up.
    private static func pass(from source: CInt, to destination: CInt) -> Bool {
        var buffer = [UInt8](repeating: 0, count: 65536)
        while isReadable(source) {
            let count = recv(source, &buffer, buffer.count, 0)
            guard count > 0, send(destination, buffer, count, CInt(MSG_NOSIGNAL)) == count else {
                return false
            }
        }
        return true
    }

    private static func isReadable(_ socket: CInt) -> Bool {
        var descriptor = pollfd(fd: socket, events: Int16(POLLIN), revents: 0)
        return poll(&descriptor, 1, 0) == 1
    }

    private static func with(
        _ path: String, _ body: (UnsafePointer<sockaddr>, socklen_t) -> CInt
    ) -> CInt {
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        // A long TMPDIR must not end the whole run; the system has no such address either.
        guard path.utf8.count < MemoryLayout.size(ofValue: address.sun_path) else { return -1 }
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8) }
        return withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                body($0, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
    }

    struct Failed: Error {}
}
