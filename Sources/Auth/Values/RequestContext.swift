/// When, from where and under which id a request came; read once, passed down.
public struct RequestContext: Sendable {
    /// The one moment at which the request is judged.
    public let now: Instant
    /// The address of the client as the web server saw it; nil when unknown.
    public let remoteAddress: String?
    /// The id under which the web server logged it; nil when it gave none.
    public let requestID: String?
    /// Who acts: `client`, or the account of an administrator at the command line.
    public let actor: String

    /// A context of its parts.
    public init(
        now: Instant, remoteAddress: String? = nil, requestID: String? = nil,
        actor: String = "client"
    ) {
        self.now = now
        self.remoteAddress = remoteAddress
        self.requestID = requestID
        self.actor = actor
    }
}
