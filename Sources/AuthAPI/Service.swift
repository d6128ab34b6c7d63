public import Auth
import Cryptography
public import HTTP
import HTTPTypes

/// The part of a worker that answers requests: it finds the route and does all that comes before
/// and after the endpoint.
///
/// Each worker has one.
public final class Service: ExchangeHandler {
    /// When answers are given that must not show how long they took, in microseconds: all at this age,
    /// and those for which the store took longer at the next whole step.
    ///
    /// The steps are shorter, since such a store does not always take the same time.
    private static let (pacedAge, pacedStep): (UInt64, UInt64) = (25_000, 5000)
    /// Until what age a request may go on asking the store, in microseconds.
    ///
    /// With the time limit of the last statement the answer is there within 5 seconds.
    static let storeTime: UInt64 = 2_500_000
    /// The same for a request whose password is hashed, with the wait for the hash.
    fileprivate static let storeTimeAfterHash: UInt64 = 3_000_000
    /// How long a request may ask the store at least, however slow it was to arrive or to be hashed.
    fileprivate static let leastStoreTime: UInt64 = 300_000

    private let router: Router
    private let endpoints: Endpoints
    private let store: any Store
    private let queue: any PasswordQueue
    private let observer: any RequestObserver
    private let hashingObserver: any RequestObserver & Sendable
    private let clock: @Sendable () -> Instant

    /// - Parameters:
    ///   - prefix: What every path begins with, without the slash at its end.
    ///   - endpoints: The features.
    ///   - store: The store of this worker.
    ///   - queue: Where passwords are hashed.
    ///   - observer: Who is told of requests that this worker answered.
    ///   - hashingObserver: Who is told of requests that are answered after a hash, or are held; by any
    ///     thread.
    ///   - clock: The time; read once for each request.
    public init(
        prefix: String, endpoints: Endpoints, store: any Store, queue: any PasswordQueue,
        observer: any RequestObserver, hashingObserver: any RequestObserver & Sendable,
        clock: @escaping @Sendable () -> Instant
    ) {
        router = Router(prefix: prefix, routes: endpoints.routes)
        self.endpoints = endpoints
        self.store = store
        self.queue = queue
        self.observer = observer
        self.hashingObserver = hashingObserver
        self.clock = clock
    }

    /// Answers a request, or hands it to the hashing threads.
    public func handle(_ exchange: any Exchange) -> Bool {
        guard let match = router.route(exchange.head.path) else {
            conclude(exchange, route: nil, with: Problem.notFound, observer)
            return true
        }
        guard match.route.handlesSecret else {
            return SpentMemory.leftAsItIs { answer(exchange, match) }
        }
        // Memory that is given back is wiped anyway; short texts live on the stack.
        defer { SpentMemory.wipeStack() }
        return answer(exchange, match)
    }

    /// A frame of its own, which lies in the part of the stack that is wiped.
    @inline(never)
    private func answer(_ exchange: any Exchange, _ match: Router.Match) -> Bool {
        do throws(Problem) {
            switch try reply(to: exchange, match) {
            case .answer(let answer):
                conclude(exchange, route: match.route, with: answer, observer)
            case .paced(let response):
                exchange.handOn()
                queue.hold(microseconds: Self.rest(fromAge: exchange.age)) { [hashingObserver] in
                    conclude(
                        exchange, route: match.route, with: Answer(response: response),
                        hashingObserver)
                }
                return false
            case .afterHashing(let work, let finish, let takeBack):
                exchange.handOn()
                let parked = ParkedRequest(
                    work: work, exchange: exchange, route: match.route, reply: finish,
                    withdraw: takeBack, observer: hashingObserver)
                guard queue.submit(parked) else {
                    conclude(exchange, route: match.route, with: .hashingFull, observer)
                    // Not for long: this worker has others to answer.
                    store.begin(microseconds: Self.leastStoreTime)
                    takeBack?(store, nil)
                    return false
                }
                return false
            }
        } catch {
            conclude(exchange, route: match.route, with: error, observer)
        }
        return true
    }

    /// The order of the checks is that of the replaced system.
    private func reply(to exchange: any Exchange, _ match: Router.Match) throws(Problem) -> Reply {
        let head = exchange.head
        let route = match.route
        guard head.method != .options else { return .response(route.description) }
        store.begin(microseconds: Self.time(until: Self.storeTime, from: exchange.age))
        let accept = Accept(head.accept)
        guard route.acceptsAnything || accept.isSatisfiable else { throw .notAcceptable }
        let context = RequestContext(
            now: clock(),
            remoteAddress: head.remoteAddress.isEmpty ? nil : head.remoteAddress,
            requestID: head.requestID.isEmpty ? nil : head.requestID)
        if route.checksBearer, let field = head.authorization {
            do {
                try endpoints.bearerCheck.check(field, store: store, context: context)
            } catch {
                throw Problem(error)
            }
        }
        guard route.methods.contains(head.method) else {
            if let page = route.page, head.method == .get, accept.prefersHTML {
                return .response(page(endpoints))
            }
            throw .methodNotAllowed(head.method)
        }
        // Refused before anything is written down: a login that is not tried must not count.
        if route.hashesPassword, !queue.hasRoom { throw .hashingFull }
        let call = Call(
            head: head, pathParameters: match.parameters,
            body: try body(of: exchange, limit: route.bodyLimit), store: store, context: context)
        return try route.respond(endpoints, call)
    }

    /// How long an answer is held that must not show how long it took, in microseconds.
    static func rest(fromAge age: UInt64) -> UInt64 {
        age < pacedAge ? pacedAge - age : pacedStep - age % pacedStep
    }

    fileprivate static func time(until end: UInt64, from age: UInt64) -> UInt64 {
        max(end - min(age, end), leastStoreTime)
    }

    private func body(of exchange: any Exchange, limit: Int) throws(Problem) -> [UInt8] {
        guard limit > 0 else { return [] }
        do {
            return try exchange.readBody(limit: limit)
        } catch {
            switch error {
            case .tooLarge: throw .bodyTooLarge
            case .incomplete: throw .bodyIncomplete
            }
        }
    }
}

/// A request that waits for its password to be hashed, and holds no worker meanwhile.
private struct ParkedRequest: PasswordRequest {
    let work: PasswordWork
    let exchange: any Exchange
    let route: Route
    let reply: Reply.Finish
    let withdraw: TakeBack?
    let observer: any RequestObserver & Sendable

    var age: UInt64 { exchange.age }

    var patience: UInt64 { Service.storeTimeAfterHash - Service.leastStoreTime }

    /// It has time of its own: enough to connect to the database again.
    var takeBack: TakeBack? {
        guard let withdraw else { return nil }
        return { store, result in
            store.begin(microseconds: Service.storeTime)
            withdraw(store, result)
        }
    }

    func finish(_ result: PasswordWorkResult, store: any Store) -> PasswordAnswer {
        store.begin(microseconds: Service.time(until: Service.storeTimeAfterHash, from: age))
        do throws(Problem) {
            let answer = try reply(result, store)
            return PasswordAnswer(isSuccess: true, hasStoreFailed: false) {
                [exchange, route, observer] in
                conclude(exchange, route: route, with: answer, observer)
            }
        } catch {
            return PasswordAnswer(isSuccess: false, hasStoreFailed: error.failure != nil) {
                [exchange, route, observer] in
                conclude(exchange, route: route, with: error, observer)
            }
        }
    }

    func refuse(because refusal: PasswordRefusal) {
        let problem: Problem =
            switch refusal {
            case .notHashed: .hashingOverdue
            case .noStore: .storeOverdue
            }
        conclude(exchange, route: route, with: problem, observer)
    }
}

/// Sends the answer with the fields of its route, and tells of it.
private func conclude(
    _ exchange: any Exchange, route: Route?, with answer: Answer, problem: Problem? = nil,
    _ observer: any RequestObserver
) {
    var response = answer.response
    if let route { response.routeHead = route.head }
    // Once answered, the exchange may be another request's.
    let (head, age) = (exchange.head, exchange.age)
    exchange.answer(response)
    observer.answered(
        RequestSummary(
            route: route?.name, status: response.status.code, head: head,
            microseconds: age, reason: problem?.reason, failure: problem?.failure,
            user: answer.user, issued: answer.issued))
}

private func conclude(
    _ exchange: any Exchange, route: Route?, with problem: Problem, _ observer: any RequestObserver
) {
    conclude(
        exchange, route: route, with: Answer(response: problem.response, user: problem.user),
        problem: problem, observer)
}

extension Problem {
    /// More passwords wait to be hashed than may.
    fileprivate static let hashingFull = Problem.unavailable(
        because: RequestFailure(.hashingQueueFull, "hashing queue full"))
    /// A password waited too long to be hashed, or there was no memory for it.
    static let hashingOverdue = Problem.unavailable(
        because: RequestFailure(.hashingOverdue, "hashing overdue"))

    /// The store took so long that too little time is left for what follows the hash.
    fileprivate static let storeOverdue = Problem.unavailable(
        because: RequestFailure(.database, "no time left for the database"))

    private static func unavailable(because failure: RequestFailure) -> Problem {
        var problem = Problem.unavailable
        problem.failure = failure
        return problem
    }

    /// A store that fails is a 503; why is for the log.
    init(_ error: StoreError) {
        self = .unavailable(because: RequestFailure(.database, error.reason))
    }
}
