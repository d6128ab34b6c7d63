import Glibc

/// A web server as FastCGI sees it: records written byte by byte (FastCGI specification §3).
final class RawClient {
    private let socket: CInt

    /// Connects; nil when nobody listens.
    init?(_ path: String) {
        socket = Glibc.socket(AF_UNIX, CInt(SOCK_STREAM.rawValue), 0)
        var timeout = timeval(tv_sec: 20, tv_usec: 0)
        setsockopt(
            socket, SOL_SOCKET, SO_RCVTIMEO, &timeout, socklen_t(MemoryLayout<timeval>.size))
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8) }
        let status = withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(socket, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
        guard status == 0 else {
            close(socket)
            return nil
        }
    }

    deinit { close(socket) }

    /// Sends bytes; false when the other side is gone.
    @discardableResult
    func send(_ bytes: [UInt8]) -> Bool {
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes {
                Glibc.send(socket, $0.baseAddress, $0.count, CInt(MSG_NOSIGNAL))
            }
            guard count > 0 else { return false }
            rest = rest.dropFirst(count)
        }
        return true
    }

    /// Whether the other side has answered or closed the connection.
    var isLeft: Bool {
        var descriptor = pollfd(fd: socket, events: Int16(POLLIN), revents: 0)
        return poll(&descriptor, 1, 0) > 0
    }

    /// Says that nothing more will be sent.
    func endSending() { shutdown(socket, CInt(SHUT_WR)) }

    /// Reads until the other side closes; the texts of the records of standard output, and whether
    /// the request was ended as it should.
    func receive() -> (text: String, isEnded: Bool) {
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 65536)
        while true {
            let count = recv(socket, &buffer, buffer.count, 0)
            // A process that was stopped and goes on.
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { break }
            bytes += buffer[..<count]
        }
        var text: [UInt8] = []
        var isEnded = false
        var rest = bytes[...]
        while rest.count >= 8 {
            let head = Array(rest.prefix(8))
            let (length, padding) = (Int(head[4]) << 8 | Int(head[5]), Int(head[6]))
            if head[1] == 6 { text += rest.dropFirst(8).prefix(length) }
            if head[1] == 3 { isEnded = true }
            rest = rest.dropFirst(8 + length + padding)
        }
        return (String(decoding: text, as: UTF8.self), isEnded)
    }
}

/// Records of the FastCGI protocol.
enum RawRecord {
    static func record(_ type: UInt8, _ content: [UInt8]) -> [UInt8] {
        [1, type, 0, 1, UInt8(content.count >> 8), UInt8(content.count & 255), 0, 0] + content
    }

    /// `FCGI_BEGIN_REQUEST` of a responder, without keeping the connection.
    static let begin = record(1, [0, 1, 0, 0, 0, 0, 0, 0])

    static func parameters(_ parameters: [String: String]) -> [UInt8] {
        var content: [UInt8] = []
        for (name, value) in parameters.sorted(by: { $0.key < $1.key }) {
            for count in [name.utf8.count, value.utf8.count] {
                content +=
                    count < 128
                    ? [UInt8(count)]
                    : [UInt8(count >> 24) | 0x80, UInt8(count >> 16 & 255)]
                        + [UInt8(count >> 8 & 255), UInt8(count & 255)]
            }
            content += Array(name.utf8) + Array(value.utf8)
        }
        return record(4, content) + record(4, [])
    }

    /// The body in records of at most so many bytes, with the empty one that ends it.
    static func body(_ body: [UInt8], pieces: Int = 65535) -> [UInt8] {
        stride(from: 0, to: body.count, by: pieces).flatMap {
            record(5, Array(body[$0..<min($0 + pieces, body.count)]))
        } + record(5, [])
    }

    /// A whole request.
    static func request(
        _ method: String = "GET", _ target: String, body: String = "", length: Int? = nil,
        further: [String: String] = [:]
    ) -> [UInt8] {
        var all = ["REQUEST_METHOD": method, "REQUEST_URI": target]
        if let count = length ?? (body.isEmpty ? nil : body.utf8.count) {
            all["CONTENT_LENGTH"] = String(count)
        }
        all.merge(further) { _, new in new }
        return begin + parameters(all) + self.body(Array(body.utf8))
    }
}
