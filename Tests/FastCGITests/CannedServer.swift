import FastCGI
import Foundation
import Glibc
import Synchronization
import Threading

/// Takes one request, answers what it was told to, and closes the connection.
final class CannedServer: Sendable {
    let path: String
    private let directory: URL
    private let received: Received
    private let thread: OwnedThread

    /// - Parameter answer: Nil closes without a word.
    init(answer: [UInt8]?) throws {
        directory = FileManager.default.temporaryDirectory
            .appendingPathComponent("canned-\(UUID().uuidString.prefix(8))")
        try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
        path = directory.appendingPathComponent("s").path
        let listener = try Listener.bind(path: path, mode: 0o600, backlog: 4).descriptor
        let received = Received()
        self.received = received
        thread = OwnedThread(name: "canned") {
            defer { close(listener) }
            var waiting = pollfd(fd: listener, events: Int16(POLLIN), revents: 0)
            guard poll(&waiting, 1, 20000) == 1 else { return }
            let client = accept(listener, nil, nil)
            defer { close(client) }
            received.read(from: client)
            let answer = answer ?? []
            var rest = answer[...]
            while !rest.isEmpty {
                let count = rest.withUnsafeBytes {
                    send(client, $0.baseAddress, $0.count, CInt(MSG_NOSIGNAL))
                }
                guard count > 0 else { return }
                rest = rest.dropFirst(count)
            }
        }
    }

    deinit { try? FileManager.default.removeItem(at: directory) }

    /// What came, once all has been answered.
    func request() -> [UInt8] {
        thread.join()
        return received.bytes.withLock { $0 }
    }

    private final class Received: Sendable {
        let bytes = Mutex<[UInt8]>([])

        /// Reads up to the empty record that ends the body.
        func read(from client: CInt) {
            var buffer = [UInt8](repeating: 0, count: 4096)
            while true {
                let count = recv(client, &buffer, buffer.count, 0)
                guard count > 0 else { return }
                let isWhole = bytes.withLock {
                    $0 += buffer[..<count]
                    return $0.suffix(8) == [1, 5, 0, 1, 0, 0, 0, 0]
                }
                if isWhole { return }
            }
        }
    }

    /// A record of standard output.
    static func output(_ text: String) -> [UInt8] {
        let length = text.utf8.count
        return [1, 6, 0, 1, UInt8(length >> 8), UInt8(length & 0xFF), 0, 0] + Array(text.utf8)
    }

    /// The record that ends a request.
    static let end: [UInt8] = [1, 3, 0, 1, 0, 8, 0, 0] + [UInt8](repeating: 0, count: 8)
}
