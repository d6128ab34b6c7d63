import Auth
import AuthTesting
import Cryptography
import HTTP
import HTTPTypes

@testable import AuthAPI

extension FuzzTarget {
    /// The whole service with a store in memory: every request is answered once, well-formed, and
    /// never with a fault of ours.
    ///
    /// The input looks like HTTP: method and target, lines of fields, an empty line, the body.
    static let service = FuzzTarget("service", longest: 65536 + 4096) { bytes in
        let workplace = try ServiceInMemory.shared.get()
        let exchange = ForeignExchange(bytes)
        let store = MemoryStore()
        store.add("ada", email: "ada@example.org", passwordHash: ServiceInMemory.hash)
        let service = Service(
            prefix: "/api/auth", endpoints: workplace.endpoints, store: store,
            queue: InstantQueue(store: store), observer: NoObserver(),
            hashingObserver: NoObserver(), clock: { TestTokens.now })
        let isAnsweredHere = service.handle(exchange)
        try require(exchange.answers.count == 1, "answered \(exchange.answers.count) times")
        try require(
            isAnsweredHere != exchange.isHandedOn, "answered here and handed on, or neither")
        for answer in exchange.answers {
            try answer.requireWellFormed()
            try require(answer.status.code < 500, "a fault of ours: \(answer.status)")
        }
    }
}

/// What the service consists of that does not change with requests.
private struct ServiceInMemory {
    let endpoints: Endpoints

    /// A hash that is never computed here.
    static let hash =
        "argon2$argon2id$v=19$m=19456,t=2,p=1$AAAAAAAAAAAAAAAAAAAAAA"
        + "$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"

    static let shared = Result { try ServiceInMemory() }

    private init() throws {
        endpoints = try TestEndpoints.make(
            issuer: try TestTokens.issuer(), keys: try TestTokens.oneTimeKeys(),
            deviceTokens: DeviceTokens([try HMACKey(Array("devices".utf8))]),
            customFields: FuzzTarget.customFields, metrics: NoMetrics())
    }
}

/// A request as the web server hands it over, read from one text.
private final class ForeignExchange: Exchange, @unchecked Sendable {
    // Sendable because one thread has it.
    let head: RequestHead
    let age: UInt64 = 1
    private let body: [UInt8]
    private(set) var isHandedOn = false
    private(set) var answers: [Response] = []

    init(_ bytes: [UInt8]) {
        var (line, rest) = bytes.firstLine
        let start = String(foreign: line).split(separator: " ", maxSplits: 1)
        let target = start.count > 1 ? start[1] : ""
        let parts = target.split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
        var fields: [Substring: String] = [:]
        while !rest.isEmpty {
            (line, rest) = Array(rest).firstLine
            if line.isEmpty { break }
            let pair = String(foreign: line).split(separator: ": ", maxSplits: 1)
            if pair.count == 2 { fields[pair[0]] = String(pair[1]) }
        }
        head = RequestHead(
            method: start.first.flatMap { HTTPRequest.Method(String($0)) } ?? .get,
            path: parts.first.map(String.init) ?? "",
            query: parts.count > 1 ? String(parts[1]) : "",
            contentType: fields["Content-Type"],
            contentLength: fields["Content-Length"].flatMap { Int($0) }, accept: fields["Accept"],
            authorization: fields["Authorization"], deviceCookie: fields["Cookie"],
            remoteAddress: fields["Address"] ?? "",
            requestID: fields["ID"] ?? "")
        body = Array(rest)
    }

    func readBody(limit: Int) throws(BodyFault) -> [UInt8] {
        guard body.count <= limit else { throw .tooLarge }
        if let announced = head.contentLength, announced > body.count { throw .incomplete }
        return body
    }

    func handOn() { isHandedOn = true }

    func answer(_ response: Response) { answers.append(response) }
}

/// Finds every password right, without hashing one.
private final class InstantQueue: PasswordQueue, @unchecked Sendable {
    // Sendable because one thread has it.
    let hasRoom = true
    private let store: MemoryStore

    init(store: MemoryStore) { self.store = store }

    func submit(_ request: any PasswordRequest) -> Bool {
        let result: PasswordWorkResult =
            switch request.work {
            case .make: .made(ServiceInMemory.hash)
            case .verify: .compared(matches: true, upgraded: nil)
            case .pretend: .compared(matches: false, upgraded: nil)
            }
        request.finish(result, store: store).give()
        return true
    }

    func hold(microseconds: UInt64, _ answer: @escaping @Sendable () -> Void) { answer() }
}

private struct NoObserver: RequestObserver, Sendable {
    func answered(_ summary: RequestSummary) {}
}

private struct NoMetrics: MetricsSource {
    func metricsText(outbox: OutboxBacklog?) -> String { "" }
}
