public import HTTPTypes

/// What a request says before its body.
///
/// A class, because many functions of a request have it, and a copy would copy ten texts.
public final class RequestHead: Sendable {
    /// The method.
    public let method: HTTPRequest.Method
    /// The path as it was sent, percent-encoded, without the query.
    public let path: String
    /// The query as it was sent, without the question mark; empty when there is none.
    public let query: String
    /// The `Content-Type` field.
    public let contentType: String?
    /// The `Content-Length` field in bytes; nil when it is missing or not a number.
    public let contentLength: Int?
    /// The `Accept` field.
    public let accept: String?
    /// The `Authorization` field.
    public let authorization: String?
    /// The address of the client as the web server saw it; empty when unknown.
    public let remoteAddress: String
    /// The value of the cookie by which a device proves an earlier login; nil when it has none.
    public let deviceCookie: String?
    /// The id under which the web server logs the request; empty when it gives none.
    public let requestID: String

    /// A head; what is left out is what a bare request has.
    public init(
        method: HTTPRequest.Method, path: String, query: String = "", contentType: String? = nil,
        contentLength: Int? = nil, accept: String? = nil, authorization: String? = nil,
        deviceCookie: String? = nil, remoteAddress: String = "", requestID: String = ""
    ) {
        self.method = method
        self.path = path
        self.query = query
        self.contentType = contentType
        self.contentLength = contentLength
        self.accept = accept
        self.authorization = authorization
        self.deviceCookie = deviceCookie
        self.remoteAddress = remoteAddress
        self.requestID = requestID
    }
}
