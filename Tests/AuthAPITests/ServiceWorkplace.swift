import Auth
import AuthTesting
import Cryptography
import Foundation
import HTTP
import HTTPTypes
import Testing

@testable import AuthAPI

/// The service of one worker with a store in memory, and requests for it.
final class ServiceWorkplace {
    let store = MemoryStore()
    let queue: ImmediateQueue
    let observer = RecordingObserver()
    let keys: OneTimeTokenKeys
    let issuer: TokenIssuer
    /// How old requests are when they are handled, in microseconds.
    var age: UInt64 = 1
    /// The same when their passwords are hashed; nil: as before.
    var ageAfterHash: UInt64?
    private let service: Service

    init(
        customFields: [CustomField] = [], limits: ThrottleLimits = ThrottleLimits(),
        verificationAsksPassword: Bool = false, deviceTokens: DeviceTokens? = nil,
        settings: (inout TokenSettings) -> Void = { _ in }
    ) throws {
        issuer = try TestTokens.issuer(settings)
        keys = try TestTokens.oneTimeKeys()
        queue = try ImmediateQueue(store: store)
        let endpoints = try TestEndpoints.make(
            issuer: issuer, keys: keys, limits: limits,
            verificationAsksPassword: verificationAsksPassword, deviceTokens: deviceTokens,
            customFields: customFields,
            metrics: FixedMetrics())
        service = Service(
            prefix: "/api/auth", endpoints: endpoints, store: store, queue: queue,
            observer: observer, hashingObserver: observer, clock: { TestTokens.now })
    }

    /// Answers a request; the path is that below the prefix when it does not begin with a slash.
    func send(
        _ method: HTTPRequest.Method, _ path: String, _ body: String = "",
        contentType: String? = "application/json", accept: String? = nil,
        authorization: String? = nil, fault: BodyFault? = nil
    ) throws -> Answer {
        let target = path.hasPrefix("/") ? path : "/api/auth/\(path)"
        let parts = target.split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
        let exchange = FakeExchange(
            head: RequestHead(
                method: method, path: String(parts[0]),
                query: parts.count > 1 ? String(parts[1]) : "", contentType: contentType,
                contentLength: body.utf8.count, accept: accept, authorization: authorization),
            body: Array(body.utf8), fault: fault, ages: (age, ageAfterHash ?? age))
        let isAnsweredHere = service.handle(exchange)
        #expect(isAnsweredHere != exchange.isHandedOn)
        return Answer(try #require(exchange.response, "no answer"))
    }

    /// Adds an active account with the password `correct horse`.
    @discardableResult
    func addUser(_ name: String = "ada", isActive: Bool = true) throws -> UserID {
        guard case .made(let hash) = try queue.perform(.make(Password("correct horse"))) else {
            throw TokenFault.invalid
        }
        return store.add(
            name, email: "\(name)@example.org", passwordHash: hash, isActive: isActive)
    }

    /// The two tokens of a login.
    func logIn(_ name: String = "ada") throws -> (refresh: String, access: String) {
        let answer = try send(
            .post, "login/", #"{"username":"\#(name)","password":"correct horse"}"#)
        let parts = answer.body.split(separator: "\"").map(String.init)
        try #require(answer.status == 200 && parts.count > 7, "\(answer.body)")
        return (parts[3], parts[7])
    }
}

/// An answer as a client sees it.
struct Answer {
    let status: Int
    let body: String
    /// The fields, names in lower case.
    let fields: [String: String]

    init(_ response: Response) {
        status = response.status.code
        body = String(decoding: response.body, as: UTF8.self)
        var head: [UInt8] = []
        response.appendHead(to: &head)
        var fields: [String: String] = [:]
        for line in String(decoding: head, as: UTF8.self).components(separatedBy: "\r\n") {
            let pair = line.components(separatedBy: ": ")
            if pair.count > 1 {
                fields[pair[0].lowercased()] = pair[1...].joined(separator: ": ")
            }
        }
        self.fields = fields
    }
}
