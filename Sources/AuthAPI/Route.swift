import HTTP
import HTTPTypes

/// One thing that the service can be asked to do; all that matters for safety stands in the row.
///
/// A class, so that each request refers to its row and copies none of it.
final class Route: Sendable {
    /// The name in logs and metrics.
    let name: String
    /// The path below the prefix; a segment in angle brackets takes any one segment.
    let path: [String]
    /// The methods, in the order of the `Allow` field, without `OPTIONS`.
    let methods: [HTTPRequest.Method]
    /// The largest body that is read, in bytes; a longer one is answered with 413.
    let bodyLimit: Int
    /// Whether an access token that is shown is checked although none is needed.
    let checksBearer: Bool
    /// Whether the `Accept` field is not asked: the answer is neither JSON nor HTML.
    let acceptsAnything: Bool
    /// Whether it hashes a password, which is refused while too many wait.
    let hashesPassword: Bool
    /// Whether it has a password or the secret of a link in hand, of which the stack keeps nothing.
    let handlesSecret: Bool
    /// What a person with a browser gets for a GET, where the route has no other use for it.
    let page: (@Sendable (Endpoints) -> Response)?
    /// What answers.
    let respond: @Sendable (Endpoints, Call) throws(Problem) -> Reply

    /// Lines of the head that every answer of the route has.
    let head: [UInt8]

    init(
        name: String, path: String, methods: [HTTPRequest.Method], bodyLimit: Int,
        checksBearer: Bool, hashesPassword: Bool = false, handlesLink: Bool = false,
        acceptsAnything: Bool = false,
        page: (@Sendable (Endpoints) -> Response)? = nil,
        respond: @escaping @Sendable (Endpoints, Call) throws(Problem) -> Reply
    ) {
        self.name = name
        self.path = path.split(separator: "/").map(String.init)
        self.methods = methods
        self.bodyLimit = bodyLimit
        self.checksBearer = checksBearer
        self.hashesPassword = hashesPassword
        handlesSecret = hashesPassword || handlesLink
        self.acceptsAnything = acceptsAnything
        self.page = page
        self.respond = respond
        let allow = (methods + [.options]).map(\.rawValue).joined(separator: ", ")
        head = Array("\r\nAllow: \(allow)\r\nVary: Accept".utf8)
    }
}

/// Every route, in the order of the documentation.
public enum Routes {
    /// Those for whoever runs the service, at the root: nginx decides who may ask.
    static let operations: [Route] = [
        Route(
            name: "health-live", path: "health/live", methods: [.get, .head], bodyLimit: 0,
            checksBearer: false, respond: { (e, c) throws(Problem) in e.live(c) }),
        Route(
            name: "health-ready", path: "health/ready", methods: [.get, .head], bodyLimit: 0,
            checksBearer: false, respond: { (e, c) throws(Problem) in try e.ready(c) }),
        Route(
            name: "metrics", path: "metrics", methods: [.get, .head], bodyLimit: 0,
            checksBearer: false, acceptsAnything: true,
            respond: { (e, c) throws(Problem) in e.showMetrics(c) }),
    ]

    /// The names of all routes, for the metrics.
    public static let names = (all + operations).map(\.name)

    /// Its outcomes are counted one by one.
    static let login = Route(
        name: "login", path: "login", methods: [.post], bodyLimit: 65536,
        checksBearer: false, hashesPassword: true,
        respond: { (e, c) throws(Problem) in try e.logIn(c) })

    private static let verifyEmail = Route(
        name: "verify-email", path: "verify-email", methods: [.get, .head], bodyLimit: 0,
        checksBearer: true, handlesLink: true,
        respond: { (e, c) throws(Problem) in try e.verifyEmail(c) })

    /// The same for a site that asks for the password as well.
    private static let verifyEmailByPassword = Route(
        name: "verify-email", path: "verify-email", methods: [.post], bodyLimit: 65536,
        checksBearer: true, hashesPassword: true, page: { $0.emailVerificationPage() },
        respond: { (e, c) throws(Problem) in try e.verifyEmailByPassword(c) })

    /// Those of the public interface where verifying an address takes the password.
    static let verifyingByPassword = all.map { $0 === verifyEmail ? verifyEmailByPassword : $0 }

    /// Those of the public interface, below the prefix.
    static let all: [Route] = [
        Route(
            name: "register", path: "register", methods: [.post], bodyLimit: 65536,
            checksBearer: true, hashesPassword: true,
            respond: { (e, c) throws(Problem) in try e.register(c) }),
        verifyEmail,
        login,
        Route(
            name: "login-refresh", path: "login/refresh", methods: [.post], bodyLimit: 65536,
            checksBearer: false, respond: { (e, c) throws(Problem) in try e.refresh(c) }),
        Route(
            name: "logout", path: "logout", methods: [.post], bodyLimit: 65536,
            checksBearer: false, respond: { (e, c) throws(Problem) in try e.logOut(c) }),
        Route(
            name: "password-reset", path: "password-reset", methods: [.post], bodyLimit: 65536,
            checksBearer: true, handlesLink: true,
            respond: { (e, c) throws(Problem) in try e.requestPasswordReset(c) }),
        Route(
            name: "password-reset-confirm", path: "password-reset-confirm/<uidb64>/<token>",
            methods: [.patch], bodyLimit: 65536, checksBearer: true, hashesPassword: true,
            page: { $0.passwordResetPage() },
            respond: { (e, c) throws(Problem) in try e.confirmPasswordReset(c) }),
    ]
}
