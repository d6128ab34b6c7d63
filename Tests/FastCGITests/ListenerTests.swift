import FastCGI
import Foundation
import Testing

@Suite("listening sockets")
struct ListenerTests {
    /// Runs in a directory of its own that is removed afterwards.
    private func inDirectory(_ body: (String) throws -> Void) throws {
        let directory = FileManager.default.temporaryDirectory
            .appendingPathComponent("listener-\(UUID().uuidString.prefix(8))")
        try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: directory) }
        try body(directory.path)
    }

    @Test("the socket has the permissions that were asked for", arguments: [0o600, 0o660, 0o666])
    func permissions(mode: mode_t) throws {
        try inDirectory { directory in
            let path = directory + "/s"
            let listener = try Listener.bind(path: path, mode: mode, backlog: 16)
            defer { close(listener.descriptor) }
            var status = stat()
            #expect(lstat(path, &status) == 0)
            #expect(status.st_mode & 0o777 == mode)
            #expect(RawClient(path) != nil)
        }
    }

    @Test("a socket that nobody answers on is replaced")
    func stale() throws {
        try inDirectory { directory in
            let path = directory + "/s"
            close(try Listener.bind(path: path, mode: 0o600, backlog: 16).descriptor)
            #expect(RawClient(path) == nil)
            let listener = try Listener.bind(path: path, mode: 0o600, backlog: 16)
            defer { close(listener.descriptor) }
            #expect(RawClient(path) != nil)
        }
    }

    @Test("a socket that somebody answers on is left alone")
    func inUse() throws {
        try inDirectory { directory in
            let path = directory + "/s"
            let listener = try Listener.bind(path: path, mode: 0o600, backlog: 16)
            defer { close(listener.descriptor) }
            #expect(throws: Listener.Fault.inUse) {
                try Listener.bind(path: path, mode: 0o600, backlog: 16)
            }
            #expect(RawClient(path) != nil)
        }
    }

    @Test("a file that is no socket is not replaced")
    func file() throws {
        try inDirectory { directory in
            let path = directory + "/precious"
            try "settings".write(toFile: path, atomically: true, encoding: .utf8)
            #expect(throws: Listener.Fault.system(call: "bind", errno: EADDRINUSE)) {
                try Listener.bind(path: path, mode: 0o600, backlog: 16)
            }
            #expect(try String(contentsOfFile: path, encoding: .utf8) == "settings")
        }
    }

    @Test("a path has 1 to 107 bytes", arguments: [0, 108, 300])
    func length(count: Int) {
        let path = String(repeating: "a", count: count)
        #expect(throws: Listener.Fault.pathLength(count)) {
            try Listener.bind(path: path, mode: 0o600, backlog: 16)
        }
    }

    @Test("a directory that is not there is told")
    func noDirectory() {
        #expect(throws: Listener.Fault.system(call: "bind", errno: ENOENT)) {
            try Listener.bind(path: "/nonexistent/s", mode: 0o600, backlog: 16)
        }
    }
}
