public import Auth
public import HTTP

/// What the service tells about each request that it answered.
public struct RequestSummary: Sendable {
    /// The name of the route; nil when there was none.
    public let route: String?
    /// The status code.
    public let status: Int
    /// What the request said before its body.
    public let head: RequestHead
    /// How long it took, from its first byte to its answer, in microseconds.
    public let microseconds: UInt64
    /// Why it was refused; nil when it was not, or when the status tells.
    public let reason: String?
    /// What failed behind a 503; nil otherwise.
    public let failure: RequestFailure?
    /// Whose account it was about; nil when that is not known.
    public let user: UserID?
    /// Which tokens were given out.
    public let issued: IssuedTokens
}

/// Who is told of answered requests.
public protocol RequestObserver {
    /// A request was answered.
    func answered(_ summary: RequestSummary)
}
