/// Why a token is refused.
public enum TokenFault: Error, Hashable, Sendable, CaseIterable {
    /// Its form, its signature, its algorithm or the type of a claim is wrong.
    case invalid
    /// Its time is over.
    case expired
    /// It was made for another purpose.
    case wrongType
    /// It does not say its purpose.
    case noType
    /// It has no `jti`.
    case noID
    /// It has no `exp`.
    case noExpiry
    /// It was ended before its time: by logout, rotation, the reuse of an older one or a password reset.
    case blacklisted
}

/// What a token is for.
public enum TokenType: String, Sendable {
    /// Shown to other services; short-lived.
    case access
    /// Shown to this service for new access tokens.
    case refresh
}
