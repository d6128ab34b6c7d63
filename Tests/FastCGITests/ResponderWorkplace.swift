import Foundation
import HTTP
import HTTPTypes
import Synchronization
import Testing
import Threading

@testable import FastCGI

/// What a handler of a test may wait for and tell.
final class HandlerState: Sendable {
    /// Opens for the requests `/wait` and `/hand-on`.
    let gate = StopSignal()
    /// How many requests wait at the gate.
    let waiting = Atomic(0)
    private let threads = Mutex<[OwnedThread]>([])

    func passGate() {
        waiting.add(1, ordering: .acquiringAndReleasing)
        _ = gate.wait(milliseconds: 20000)
    }

    func start(_ body: @escaping @Sendable () -> Void) {
        let thread = OwnedThread(name: "other", run: body)
        threads.withLock { $0.append(thread) }
    }

    func join() {
        for thread in threads.withLock({ $0 }) { thread.join() }
    }
}

/// A small program behind FastCGI: what it does stands in the path.
final class TestHandler: ExchangeHandler {
    private let state: HandlerState

    init(_ state: HandlerState) { self.state = state }

    func handle(_ exchange: any Exchange) -> Bool {
        switch exchange.head.path {
        case "/body": exchange.answer(Self.text(Self.body(of: exchange)))
        case "/wait":
            state.passGate()
            exchange.answer(Self.text("waited"))
        case "/hand-on":
            exchange.handOn()
            let state = state
            state.start {
                state.passGate()
                exchange.answer(Self.text("handed on"))
            }
            return false
        default: exchange.answer(Self.text(Self.describe(exchange.head)))
        }
        return true
    }

    private static func body(of exchange: any Exchange) -> String {
        do {
            let body = try exchange.readBody(limit: 200_000)
            return body.count < 100 ? String(decoding: body, as: UTF8.self) : "\(body.count) bytes"
        } catch {
            return "\(error)"
        }
    }

    private static func describe(_ head: RequestHead) -> String {
        [
            head.method.rawValue, head.path, head.query, head.contentType ?? "-",
            head.contentLength.map { String($0) } ?? "-", head.accept ?? "-",
            (head.authorization ?? "-") + (head.deviceCookie.map { " and \($0)" } ?? ""),
            head.remoteAddress, head.requestID,
        ].joined(separator: "|")
    }

    private static func text(_ text: String) -> Response {
        Response(status: .ok, content: .html, body: Array(text.utf8))
    }
}

/// A responder on a socket of its own, with clients of a test.
final class ResponderWorkplace: Sendable {
    let path: String
    let stop = StopSignal()
    let state = HandlerState()
    let listener: Listener
    private let directory: URL
    private let listening = Mutex<ListeningWorkers?>(nil)

    init() throws {
        directory = FileManager.default.temporaryDirectory
            .appendingPathComponent("fastcgi-\(UUID().uuidString.prefix(8))")
        try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
        path = directory.appendingPathComponent("s").path
        listener = try Listener.bind(path: path, mode: 0o600, backlog: 64)
    }

    deinit {
        close(listener.descriptor)
        try? FileManager.default.removeItem(at: directory)
    }

    /// Runs the responder on this thread, as the program does, and the clients on another one;
    /// ends when they do.
    func serve<Value: Sendable>(
        workers: Int = 1, listening: Int = 2,
        _ clients: @escaping @Sendable (ResponderWorkplace) -> Value
    ) throws -> Value {
        let found = Mutex<Value?>(nil)
        let responder = Responder(listener: listener, listening: listening, stop: stop)
        self.listening.withLock { $0 = responder.listening }
        responder.start(count: workers) { [state] _ in TestHandler(state) }
        let thread = OwnedThread(name: "clients") {
            let value = clients(self)
            found.withLock { $0 = value }
            self.state.gate.raise()
            self.stop.raise()
        }
        responder.monitor(every: 20) { _ in }
        responder.join()
        thread.join()
        state.join()
        return try #require(found.withLock { $0 })
    }

    /// Sends bytes, and gives the body of the answer; nil when there is none.
    func ask(_ bytes: [UInt8]) -> String? {
        guard let client = RawClient(path) else { return nil }
        client.send(bytes)
        return answer(to: client)
    }

    /// The body of the answer that a client gets.
    func answer(to client: RawClient) -> String? {
        let (text, isEnded) = client.receive()
        guard isEnded, let gap = text.range(of: "\r\n\r\n") else { return nil }
        return String(text[gap.upperBound...])
    }

    /// A peer that the only worker has accepted, and that says nothing more after these bytes.
    ///
    /// Where the machine is so busy that the worker has given it up before that is seen, another one is
    /// made; nil when there is none within 20 seconds.
    func silentPeer(sending bytes: [UInt8]) -> RawClient? {
        guard let listening = listening.withLock({ $0 }) else { return nil }
        var peer: RawClient?
        let isThere = becomesTrue {
            if let present = peer, !present.isLeft { return listening.now.listening == 0 }
            guard listening.now.listening == 1 else { return false }
            peer = RawClient(path)
            peer?.send(bytes)
            return false
        }
        return isThere ? peer : nil
    }

    /// Waits until so many requests wait at the gate; false when they do not come.
    func waitForRequests(_ count: Int) -> Bool {
        becomesTrue { state.waiting.load(ordering: .acquiring) >= count }
    }
}
