public import Auth
public import HTTP
import HTTPTypes
public import JSON

/// What a client is told when it does not get what it asked for.
public struct Problem: Error, Sendable {
    /// The status.
    public let status: HTTPResponse.Status
    /// The body.
    public let body: JSONObject
    /// The fields beside those that every answer has.
    public let fields: [HTTPField]
    /// The body as it is sent.
    private let encoded: [UInt8]
    /// What failed behind a 503, for log and metrics and never for the client.
    public internal(set) var failure: RequestFailure?
    /// Why it was refused, for the metrics and never for the client.
    public internal(set) var reason: String?
    /// Whose account it is about, for the log and never for the client; nil when not known.
    public internal(set) var user: UserID?

    /// The same problem, with the reason that the metrics count.
    func counted(as reason: String) -> Problem {
        var problem = self
        problem.reason = reason
        return problem
    }

    /// The same problem of a user.
    func about(_ user: UserID?) -> Problem {
        var problem = self
        problem.user = user
        return problem
    }

    init(_ status: HTTPResponse.Status, _ body: JSONObject, fields: [HTTPField] = []) {
        self.status = status
        self.body = body
        self.fields = fields
        encoded = JSONWriter.write(.object(body))
    }

    /// A problem of one sentence, as Django REST Framework words them.
    init(
        _ status: HTTPResponse.Status, detail: String, code: String? = nil, fields: [HTTPField] = []
    ) {
        var members = [JSONObject.Member("detail", .string(detail))]
        if let code { members.append(.init("code", .string(code))) }
        self.init(status, JSONObject(members), fields: fields)
    }

    /// The answer.
    public var response: Response {
        Response(status: status, fields: fields, body: encoded)
    }
}

extension Problem {
    static let notFound = Problem(.notFound, detail: "Not found.")
    static let notAcceptable = Problem(
        .notAcceptable, detail: "Could not satisfy the request Accept header.")
    static let bodyTooLarge = Problem(.contentTooLarge, detail: "Request body too large.")
    static let bodyIncomplete = Problem(.badRequest, detail: "Request body incomplete.")
    /// The database is away, or more is asked than can be done.
    static let unavailable = Problem(
        .serviceUnavailable, detail: "Service temporarily unavailable.",
        fields: [HTTPField(name: .retryAfter, value: "1")])

    static func methodNotAllowed(_ method: HTTPRequest.Method) -> Problem {
        Problem(.methodNotAllowed, detail: "Method \"\(method.rawValue)\" not allowed.")
    }

    static func unsupportedMediaType(_ type: String) -> Problem {
        Problem(
            .unsupportedMediaType, detail: "Unsupported media type \"\(type)\" in request.")
    }

    /// A 401 tells how to authenticate (RFC 9110 §11.6.1).
    private static let challenge = [
        HTTPField(name: .wwwAuthenticate, value: #"Bearer realm="api""#)
    ]

    static func unauthorized(_ body: JSONObject) -> Problem {
        Problem(.unauthorized, body, fields: challenge)
    }

    static func unauthorized(detail: String, code: String? = nil) -> Problem {
        Problem(.unauthorized, detail: detail, code: code, fields: challenge)
    }

    static func invalid(_ errors: FieldErrors) -> Problem {
        Problem(.badRequest, errors.body)
    }
}

extension Problem {
    /// What a refused token is called.
    init(_ fault: TokenFault) {
        self = Problem.ofTokens[fault, default: Problem(ofToken: fault)]
    }

    /// Made once: to refuse a token costs less than to word the refusal.
    private static let ofTokens = Dictionary(
        uniqueKeysWithValues: TokenFault.allCases.map { ($0, Problem(ofToken: $0)) })

    private init(ofToken fault: TokenFault) {
        self = .unauthorized(detail: fault.sentence, code: "token_not_valid")
            .counted(as: "token_\(fault)")
    }

    /// What a refused refresh is called; sessions that were ended look like any ended token.
    init(_ refusal: RefreshRefusal) {
        switch refusal {
        case .token(let fault): self.init(fault)
        case .sessionEnded: self.init(TokenFault.blacklisted)
        case .inactiveUser, .noSuchUser:
            self = .unauthorized(detail: "No active account found for the given token.")
                .counted(as: "no_active_user")
        }
    }

    /// One answer for every refused login: it must not tell whether there is an account.
    init(_ refusal: Login.Refusal) {
        switch refusal {
        case .noSuchUser, .wrongPassword, .inactive, .unusablePassword:
            self = .unauthorized(
                detail: "No active account found with the given credentials"
            ).counted(as: refusal.rawValue)
        }
    }

    init(_ failure: TokenRefresh.Failure) {
        switch failure {
        case .refused(let refusal, let user): self = Problem(refusal).about(user)
        // Whoever shows it learns no more than that it is spent.
        case .reused(let user):
            self = Problem(TokenFault.blacklisted).counted(as: Self.reusedReason).about(user)
        case .store(let error): self.init(error)
        }
    }

    /// The reason of a spent token that ended what came of it.
    private static let reusedReason = "token_reused"

    init(_ failure: Logout.Failure) {
        switch failure {
        case .refused(let fault, let user): self = Problem(fault).about(user)
        case .store(let error): self.init(error)
        }
    }

    init(_ error: Login.BeginError) {
        switch error {
        case .throttled(let throttled): self.init(throttled)
        case .store(let error): self.init(error)
        }
    }

    /// Too much was tried, in the framework's words.
    init(_ throttled: Throttled) {
        let seconds = throttled.retryAfter
        self.init(
            .tooManyRequests,
            detail: "Request was throttled. Expected available in \(seconds) "
                + (seconds == 1 ? "second." : "seconds."),
            fields: [HTTPField(name: .retryAfter, value: String(seconds))])
        reason = Self.throttledReason
    }

    /// Every reason that the metrics count.
    public static let reasons =
        TokenFault.allCases.map { "token_\($0)" } + Login.Refusal.allCases.map(\.rawValue)
        + ["no_active_user", reusedReason, throttledReason]

    /// The reason of whoever has tried too much.
    static let throttledReason = "throttled"

    init(_ failure: Login.FinishError) {
        switch failure {
        case .refused(let refusal): self.init(refusal)
        case .throttled(let throttled): self.init(throttled)
        case .store(let error): self.init(error)
        }
    }

    /// What a refused `Authorization` field is called.
    init(_ failure: BearerCheck.Failure) {
        switch failure {
        case .malformedField:
            self = .unauthorized(
                detail: "Authorization header must contain two space-delimited values",
                code: "bad_authorization_header")
        case .token(let fault):
            let message = JSONObject([
                .init("token_class", .string("AccessToken")),
                .init("token_type", .string("access")),
                .init("message", .string(fault.sentence)),
            ])
            self = .unauthorized(
                JSONObject([
                    .init("detail", .string("Given token not valid for any token type")),
                    .init("code", .string("token_not_valid")),
                    .init("messages", .array([.object(message)])),
                ]))
        case .noSubject:
            self = .unauthorized(
                detail: "Token contained no recognizable user identification",
                code: "token_not_valid")
        case .noSuchUser:
            self = .unauthorized(detail: "User not found", code: "user_not_found")
        case .inactiveUser:
            self = .unauthorized(detail: "User is inactive", code: "user_inactive")
        case .store(let error): self.init(error)
        }
    }
}

extension TokenFault {
    fileprivate var sentence: String {
        switch self {
        case .invalid: "Token is invalid"
        case .expired: "Token is expired"
        case .wrongType: "Token has wrong type"
        case .noType: "Token has no type"
        case .noID: "Token has no id"
        case .noExpiry: "Token has no 'exp' claim"
        case .blacklisted: "Token is blacklisted"
        }
    }
}
