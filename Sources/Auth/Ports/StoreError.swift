/// The store could not do its work; nothing was changed, or it is not known whether it was.
public struct StoreError: Error, Sendable {
    /// What the caller may do.
    public enum Kind: Hashable, Sendable {
        /// The database does not answer; try again later.
        case unavailable
        /// The database answered that it will not do this: a right or a table is missing.
        case refused
    }

    /// What the caller may do.
    public let kind: Kind
    /// For the log: what failed, without any value of the request.
    public let reason: String

    /// An error of its parts.
    public init(_ kind: Kind, reason: String) {
        self.kind = kind
        self.reason = reason
    }
}
