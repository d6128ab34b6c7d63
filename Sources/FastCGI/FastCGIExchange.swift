import CFastCGI
import CLinux
import Glibc
import HTTP
import HTTPTypes
import Threading

/// The place where one request at a time is received and answered through libfcgi.
///
/// libfcgi writes the address of the `FCGX_Request` into the streams that it makes for a request, so
/// the structure lives on the heap and never moves. Exchanges are kept and used again.
@safe final class FastCGIExchange: Exchange, @unchecked Sendable {
    // Sendable because one thread has it at a time: the worker that accepted the connection, or the
    // one that it was handed to, and then the pool, whose lock orders their accesses.

    private static let noHead = RequestHead(method: .get, path: "")
    private static let noMethod = HTTPRequest.Method("NONE") ?? .trace

    private let request: UnsafeMutablePointer<FCGX_Request>
    /// Weak, since the pool has the idle ones: none of them would ever end.
    private weak var pool: ExchangePool?
    private(set) var head = FastCGIExchange.noHead
    private var isOpen = false
    private var isHandedOn = false
    private var isDrained = false
    private var activity: WorkerActivity?
    private var began = MonotonicTime(nanoseconds: 0)
    private var output: [UInt8] = []

    init(pool: ExchangePool) {
        self.pool = pool
        unsafe request = .allocate(capacity: 1)
        unsafe request.initialize(to: FCGX_Request())
        // No listener: connections are accepted outside and handed in.
        _ = unsafe FCGX_InitRequest(request, -1, CInt(FCGI_FAIL_ACCEPT_ON_INTR))
        output.reserveCapacity(1024)
    }

    deinit {
        unsafe FCGX_Finish_r(request)
        unsafe request.deallocate()
    }

    /// Receives the head of a request (`FCGX_Accept_r`), once it is whole and sound.
    ///
    /// - Parameters:
    ///   - connection: A connection that was just accepted; libfcgi closes it.
    ///   - activity: Of the worker that receives.
    /// - Returns: False when the peer sent no request; the connection is closed then.
    func receive(on connection: CInt, activity: WorkerActivity) -> Bool {
        self.activity = activity
        began = .now
        activity.startReading(on: connection, at: began)
        let deadline = began.advanced(milliseconds: Int(WorkerActivity.readingLimit))
        guard HeadInspection.awaitHead(on: connection, until: deadline) else {
            activity.becomeIdle()
            close(connection)
            return false
        }
        // All that libfcgi reads now is there. Where it fails it closes the connection itself, so the
        // monitor must not know the number any more: it may be another connection's at once.
        activity.stopReading()
        // Three fields that libfcgi calls its own: handing it a connection has no other way. With
        // keepConnection unset FCGX_Accept_r would close the connection at once; detached spares the
        // wait for the peer to close first, which only a TCP connection needs.
        unsafe request.pointee.ipcFd = connection
        unsafe request.pointee.keepConnection = 1
        unsafe FCGX_Detach(request)
        guard unsafe FCGX_Accept_r(request) == 0 else {
            activity.becomeIdle()
            unsafe request.pointee.ipcFd = -1
            return false
        }
        activity.startReading(on: connection, at: began)
        unsafe request.pointee.keepConnection = 0
        isOpen = true
        isHandedOn = false
        isDrained = false
        head = readHead()
        return true
    }

    var age: UInt64 { began.nanoseconds(to: .now) / 1000 }

    private func readHead() -> RequestHead {
        let found = unsafe RequestParameters(request.pointee.envp)
        let (path, query) = unsafe path(of: found.target)
        return unsafe RequestHead(
            method: method(found.method), path: path, query: query,
            contentType: Self.text(found.contentType),
            contentLength: Self.text(found.contentLength).flatMap { Int($0) },
            accept: Self.text(found.accept),
            authorization: Self.text(found.authorization),
            deviceCookie: Self.text(found.deviceCookie),
            remoteAddress: Self.text(found.remoteAddress) ?? "",
            requestID: Self.text(found.requestID) ?? "")
    }

    private func path(of target: UnsafePointer<CChar>?) -> (path: String, query: String) {
        guard let target = unsafe target else { return ("", "") }
        let text = unsafe String(cString: target)
        guard unsafe strchr(target, CInt(UInt8(ascii: "?"))) != nil,
            let mark = text.utf8.firstIndex(of: UInt8(ascii: "?"))
        else { return (text, "") }
        return (String(text[..<mark]), String(text[text.utf8.index(after: mark)...]))
    }

    /// RFC 3875 §4.1.12 demands one; without it the request is refused as any unknown method is.
    private func method(_ name: UnsafePointer<CChar>?) -> HTTPRequest.Method {
        if let name = unsafe name, unsafe strcmp(name, "POST") == 0 { return .post }
        return unsafe Self.text(name).flatMap { HTTPRequest.Method($0) } ?? Self.noMethod
    }

    /// The text of a parameter; nil when there is none or it is empty.
    private static func text(_ value: UnsafePointer<CChar>?) -> String? {
        guard let value = unsafe value, unsafe value[0] != 0 else { return nil }
        // What nearly every request says twice is a constant of the program, and costs no memory.
        if unsafe strcmp(value, "application/json") == 0 { return "application/json" }
        return unsafe String(cString: value)
    }

    func readBody(limit: Int) throws(BodyFault) -> [UInt8] {
        defer {
            drain()
            stopReading()
        }
        let announced = head.contentLength ?? 0
        guard announced <= limit, announced >= 0 else {
            throw .tooLarge
        }
        guard announced > 0 else { return [] }
        // Mostly on the stack first: cheaper than an array that is made before it is filled.
        let body: [UInt8]? = unsafe withUnsafeTemporaryAllocation(
            of: UInt8.self, capacity: announced
        ) { buffer in
            guard let start = buffer.baseAddress else { return nil }
            let received = unsafe start.withMemoryRebound(to: CChar.self, capacity: announced) {
                unsafe FCGX_GetStr($0, CInt(announced), request.pointee.in)
            }
            // libfcgi reports a body that was cut as one that has ended.
            guard Int(received) == announced else { return nil }
            var body: [UInt8] = []
            unsafe body.append(contentsOf: UnsafeBufferPointer(buffer))
            return body
        }
        guard let body else { throw .incomplete }
        return body
    }

    /// Takes what the peer still sends, up to 1 MiB, and forgets it.
    ///
    /// A connection that is closed with something unread is reset, and the web server may then lose
    /// the end of the answer. Mostly only the end of the stream is left, and it is in the buffer.
    private func drain() {
        guard !isDrained else { return }
        isDrained = true
        guard unsafe FCGX_GetChar(request.pointee.in) >= 0 else { return }
        var scratch = [CChar](repeating: 0, count: 16384)
        var remaining = 1 << 20
        while remaining > 0 {
            let count = unsafe FCGX_GetStr(&scratch, CInt(scratch.count), request.pointee.in)
            guard count > 0 else { return }
            remaining -= Int(count)
        }
    }

    /// Tells the monitor that the request is complete, before the connection may be closed.
    private func stopReading() {
        activity?.stopReading()
        activity = nil
    }

    func handOn() {
        drain()
        stopReading()
        isHandedOn = true
    }

    func answer(_ response: Response) {
        precondition(isOpen, "an exchange is answered once")
        isOpen = false
        drain()
        stopReading()
        output.removeAll(keepingCapacity: true)
        response.appendHead(to: &output)
        if head.method != .head { output.append(contentsOf: response.body) }
        unsafe output.withUnsafeBytes { bytes in
            guard let start = bytes.baseAddress else { return }
            _ = unsafe FCGX_PutStr(
                start.assumingMemoryBound(to: CChar.self), CInt(bytes.count), request.pointee.out)
        }
        unsafe FCGX_Finish_r(request)
        // The answer may hold a token; the buffer is used again, so no more than needed is kept.
        for index in output.indices { output[index] = 0 }
        // An idle exchange keeps neither the tokens of its head nor the link of its path.
        head = Self.noHead
        if isHandedOn { pool?.giveBack(self) }
    }
}
