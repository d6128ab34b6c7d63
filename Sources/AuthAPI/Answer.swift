import Auth
import HTTP
import HTTPTypes

/// A response, with what is told of it in log and metrics and never to the client.
struct Answer {
    /// What the client gets.
    let response: Response
    /// Whose account it is about; nil when that is not known.
    var user: UserID?
    /// Which tokens the client gets.
    var issued: IssuedTokens = []
}

/// The tokens of an answer.
public struct IssuedTokens: OptionSet, Sendable {
    /// One bit for each kind.
    public let rawValue: UInt8

    /// A set of its bits.
    public init(rawValue: UInt8) {
        self.rawValue = rawValue
    }

    /// An access token.
    public static let access = IssuedTokens(rawValue: 1)
    /// A refresh token.
    public static let refresh = IssuedTokens(rawValue: 2)
}

/// What failed behind a 503: for log and metrics, never for the client.
public struct RequestFailure: Sendable {
    /// The part that failed.
    public enum Cause: String, Sendable, CaseIterable {
        /// The database was away, or refused what the service needs of it.
        case database
        /// More passwords waited to be hashed than may.
        case hashingQueueFull = "hashing_queue_full"
        /// A password waited too long to be hashed, or there was no memory for it.
        case hashingOverdue = "hashing_overdue"
    }

    /// The part that failed.
    public let cause: Cause
    /// What it said, without any value of the request.
    public let reason: String

    init(_ cause: Cause, _ reason: String) {
        self.cause = cause
        self.reason = reason
    }
}

extension RequestSummary {
    /// How a login ended, for the metrics; nil for any other request.
    public var loginOutcome: String? {
        guard route == Routes.login.name, head.method == .post else { return nil }
        if failure != nil { return "failed" }
        return reason ?? (status == HTTPResponse.Status.ok.code ? "succeeded" : "malformed")
    }

    /// Every outcome that a login can have.
    public static let loginOutcomes =
        ["succeeded"] + Login.Refusal.allCases.map(\.rawValue)
        + [Problem.throttledReason, "malformed", "failed"]
}
