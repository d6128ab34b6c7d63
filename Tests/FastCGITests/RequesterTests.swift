import FastCGI
import Glibc
import Testing

@Suite("asking a responder")
struct RequesterTests {
    @Test("the status of the answer is told")
    func status() throws {
        let status = try ResponderWorkplace().serve { place in
            try? Requester.get("/x", socket: place.path, timeout: 20)
        }
        #expect(status == 200)
    }

    @Test("the responder sees a GET of the path from this machine")
    func request() throws {
        let server = try CannedServer(answer: nil)
        #expect(throws: Requester.Fault.malformed) {
            try Requester.get("/health/ready", socket: server.path, timeout: 20)
        }
        let text = String(decoding: server.request(), as: UTF8.self)
        #expect(text.contains("REQUEST_METHODGET"))
        #expect(text.contains("REQUEST_URI/health/ready"))
        #expect(text.contains("REMOTE_ADDR127.0.0.1"))
    }

    @Test(
        "an answer is read as the specification has it",
        arguments: [
            ("Status: 503 Service Unavailable\r\n\r\n", 503), ("status:404\r\n\r\n", 404),
            ("Content-Type: text/plain\r\n\r\nx", 200),
        ])
    func answers(_ output: String, _ status: Int) throws {
        let server = try CannedServer(answer: CannedServer.output(output) + CannedServer.end)
        #expect(try Requester.get("/", socket: server.path, timeout: 20) == status)
    }

    @Test(
        "what is no answer is told apart",
        arguments: [
            [], [0], [UInt8](repeating: 0, count: 8), CannedServer.output("Status:\r\n\r\n"),
            CannedServer.output("Status: soon\r\n\r\n") + CannedServer.end, CannedServer.end,
            CannedServer.output("Status: 200 OK\r\n\r\n"),
        ])
    func malformed(_ answer: [UInt8]) throws {
        let server = try CannedServer(answer: answer)
        #expect(throws: Requester.Fault.malformed) {
            try Requester.get("/", socket: server.path, timeout: 20)
        }
    }

    @Test("an endless answer is given up")
    func endless() throws {
        let piece = CannedServer.output(String(repeating: "x", count: 60000))
        let server = try CannedServer(answer: piece + piece + piece)
        #expect(throws: Requester.Fault.malformed) {
            try Requester.get("/", socket: server.path, timeout: 20)
        }
    }

    @Test("silence ends with the time limit")
    func silence() throws {
        let place = try ResponderWorkplace()
        // Nobody accepts: the connection waits in the backlog.
        #expect(throws: Requester.Fault.timeout) {
            try Requester.get("/", socket: place.path, timeout: 1)
        }
    }

    @Test("a socket that is not there, or that nobody listens on, is a failure of connect")
    func nobody() throws {
        #expect(throws: Requester.Fault.system(call: "connect", errno: ENOENT)) {
            try Requester.get("/", socket: "/nowhere/at/all", timeout: 1)
        }
        #expect(throws: Requester.Fault.pathLength(108)) {
            try Requester.get("/", socket: String(repeating: "x", count: 108), timeout: 1)
        }
        #expect(throws: Requester.Fault.pathLength(0)) {
            try Requester.get("/", socket: "", timeout: 1)
        }
    }
}
