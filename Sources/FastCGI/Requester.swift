import Glibc

/// Asks a responder one question, as a web server would (FastCGI 1.0 §3 to §6).
///
/// It tells whether a running service answers. It sends a request without a body and reads the answer
/// up to a limit.
public enum Requester {
    /// Why there is no answer.
    public enum Fault: Error, Hashable, Sendable {
        /// The path is empty or longer than the 107 bytes that `sun_path` holds.
        case pathLength(Int)
        /// A system call failed.
        case system(call: String, errno: CInt)
        /// The answer did not come in time.
        case timeout
        /// What came is no answer of a responder.
        case malformed
    }

    /// Sends `GET` and returns the status of the answer.
    ///
    /// - Parameters:
    ///   - target: The path as a client would send it.
    ///   - path: The unix socket of the responder.
    ///   - timeout: How long connecting, sending and each wait for a piece of the answer may take, in
    ///     seconds.
    public static func get(
        _ target: String, socket path: String, timeout: Int
    ) throws(Fault) -> Int {
        let socket = try connect(to: path, timeout: timeout)
        defer { close(socket) }
        try send(request(for: target), to: socket)
        return try readStatus(from: socket)
    }

    private static func connect(to path: String, timeout: Int) throws(Fault) -> CInt {
        let address: UnixAddress
        do throws(UnixAddress.PathLength) {
            address = try UnixAddress(path: path)
        } catch {
            throw .pathLength(error.count)
        }
        let socket = UnixAddress.makeSocket()
        guard socket >= 0 else { throw .system(call: "socket", errno: errno) }
        var limit = timeval(tv_sec: timeout, tv_usec: 0)
        let size = socklen_t(MemoryLayout<timeval>.size)
        unsafe setsockopt(socket, SOL_SOCKET, SO_RCVTIMEO, &limit, size)
        unsafe setsockopt(socket, SOL_SOCKET, SO_SNDTIMEO, &limit, size)
        guard address.connect(socket) == 0 else {
            let number = errno
            close(socket)
            throw .system(call: "connect", errno: number)
        }
        return socket
    }

    /// BEGIN_REQUEST for a responder, the parameters, and no body.
    private static func request(for target: String) -> [UInt8] {
        var parameters: [UInt8] = []
        for (name, value) in [
            ("REQUEST_METHOD", "GET"), ("REQUEST_URI", target), ("REMOTE_ADDR", "127.0.0.1"),
            ("SERVER_PROTOCOL", "HTTP/1.1"), ("HTTP_ACCEPT", "application/json"),
        ] {
            parameters += [UInt8(name.utf8.count), UInt8(clamping: value.utf8.count)]
            parameters += Array(name.utf8) + Array(value.utf8.prefix(127))
        }
        return record(.beginRequest, [0, 1, 0, 0, 0, 0, 0, 0]) + record(.parameters, parameters)
            + record(.parameters, []) + record(.standardInput, [])
    }

    private enum Kind: UInt8 {
        case beginRequest = 1
        case endRequest = 3
        case parameters = 4
        case standardInput = 5
        case standardOutput = 6
    }

    private static func record(_ kind: Kind, _ content: [UInt8]) -> [UInt8] {
        let length = content.count
        return [1, kind.rawValue, 0, 1, UInt8(length >> 8), UInt8(length & 0xFF), 0, 0] + content
    }

    private static func send(_ bytes: [UInt8], to socket: CInt) throws(Fault) {
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = unsafe rest.withUnsafeBytes { buffer in
                unsafe Glibc.send(socket, buffer.baseAddress, buffer.count, CInt(MSG_NOSIGNAL))
            }
            guard count > 0 else { throw failure(of: "send") }
            rest = rest.dropFirst(count)
        }
    }

    /// Reads records until the end of the request and takes the status out of the first field.
    private static func readStatus(from socket: CInt) throws(Fault) -> Int {
        var output: [UInt8] = []
        while output.count < 65536 {
            let head = try read(8, from: socket)
            let length = Int(head[4]) << 8 | Int(head[5])
            let content = try read(length + Int(head[6]), from: socket)
            switch Kind(rawValue: head[1]) {
            case .standardOutput: output += content.prefix(length)
            case .endRequest: return try status(in: output)
            default: break
            }
        }
        throw .malformed
    }

    private static func read(_ count: Int, from socket: CInt) throws(Fault) -> [UInt8] {
        var bytes: [UInt8] = []
        while bytes.count < count {
            var piece = [UInt8](repeating: 0, count: count - bytes.count)
            let received = unsafe recv(socket, &piece, piece.count, 0)
            // A process that was stopped and goes on, signal(7).
            if received < 0, errno == EINTR { continue }
            guard received != 0 else { throw .malformed }
            guard received > 0 else { throw failure(of: "recv") }
            bytes += piece.prefix(received)
        }
        return bytes
    }

    private static func failure(of call: String) -> Fault {
        errno == EAGAIN ? .timeout : .system(call: call, errno: errno)
    }

    /// `Status: 200 OK`; an answer without it means 200 (RFC 3875 §6.3.3).
    private static func status(in output: [UInt8]) throws(Fault) -> Int {
        let lines = String(decoding: output, as: UTF8.self).split(separator: "\r\n")
        guard let line = lines.first else { throw .malformed }
        guard line.lowercased().hasPrefix("status:") else { return 200 }
        let number = line.dropFirst("status:".count).split(separator: " ").first
        guard let status = number.flatMap({ Int($0) }) else { throw .malformed }
        return status
    }
}
