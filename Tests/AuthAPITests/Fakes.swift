import Auth
import AuthAPI
import Cryptography
import HTTP
import Testing

/// A request with its body, which takes its answer.
final class FakeExchange: Exchange, @unchecked Sendable {
    // Sendable because a test has it on one thread.
    let head: RequestHead
    private let ages: (UInt64, afterHash: UInt64)
    private let body: [UInt8]
    private let fault: BodyFault?
    private(set) var isHandedOn = false
    private(set) var response: Response?

    /// - Parameter ages: How old it is, in microseconds, and when its password is hashed.
    init(
        head: RequestHead, body: [UInt8] = [], fault: BodyFault? = nil,
        ages: (UInt64, afterHash: UInt64) = (1, 1)
    ) {
        self.head = head
        self.ages = ages
        self.body = body
        self.fault = fault
    }

    func readBody(limit: Int) throws(BodyFault) -> [UInt8] {
        if let fault { throw fault }
        guard body.count <= limit else { throw .tooLarge }
        return body
    }

    var age: UInt64 { isHandedOn ? ages.afterHash : ages.0 }

    func handOn() { isHandedOn = true }

    func answer(_ response: Response) {
        #expect(self.response == nil, "answered twice")
        self.response = response
    }
}

/// Hashes passwords at once and cheaply, or does not.
final class ImmediateQueue: PasswordQueue, @unchecked Sendable {
    // Sendable because a test has it on one thread.

    /// What happens to a piece of work.
    enum Behaviour { case done, full, filledMeanwhile, refused(PasswordRefusal) }

    var behaviour = Behaviour.done
    private let store: any Store
    private let hasher: PasswordHasher

    init(store: any Store) throws {
        self.store = store
        hasher = PasswordHasher(
            parameters: try #require(
                Argon2Parameters(memoryKiB: 8, iterations: 1, parallelism: 1)),
            upgradesHashes: true)
    }

    var hasRoom: Bool {
        if case .full = behaviour { return false }
        return true
    }

    func perform(_ work: PasswordWork) throws -> PasswordWorkResult {
        try hasher.perform(work, in: HashingWorkspace(keptMemoryKiB: 8))
    }

    func submit(_ request: any PasswordRequest) -> Bool {
        switch behaviour {
        case .full, .filledMeanwhile: return false
        case .refused(let refusal): refuse(request, because: refusal)
        case .done:
            guard let result = try? perform(request.work) else {
                refuse(request, because: .notHashed)
                break
            }
            let answer = request.finish(result, store: store)
            answer.give()
            if answer.hasStoreFailed { request.takeBack?(store, result) }
        }
        return true
    }

    private func refuse(_ request: any PasswordRequest, because refusal: PasswordRefusal) {
        request.refuse(because: refusal)
        request.takeBack?(store, nil)
    }

    /// How long answers were held, in microseconds.
    private(set) var held: [UInt64] = []

    func hold(microseconds: UInt64, _ answer: @escaping @Sendable () -> Void) {
        held.append(microseconds)
        answer()
    }
}

/// Keeps what it is told.
final class RecordingObserver: RequestObserver, @unchecked Sendable {
    // Sendable because a test has it on one thread.
    private(set) var summaries: [RequestSummary] = []

    func answered(_ summary: RequestSummary) { summaries.append(summary) }
}

/// Metrics that are always the same.
struct FixedMetrics: MetricsSource {
    func metricsText(outbox: OutboxBacklog?) -> String {
        "waiting \(outbox.map { String($0.queued) } ?? "unknown")\n"
    }
}
