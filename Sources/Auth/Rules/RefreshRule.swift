/// What the store knows that decides about a refresh token.
public struct RefreshFacts: Sendable {
    /// Whether the token was ended by logout, rotation or the reuse of an older one.
    public var isBlacklisted: Bool
    /// The user, nil when the token names none that exists.
    public var user: RefreshUser?

    /// Facts of their parts.
    public init(isBlacklisted: Bool, user: RefreshUser?) {
        self.isBlacklisted = isBlacklisted
        self.user = user
    }
}

/// The user of a refresh token.
public struct RefreshUser: Sendable {
    /// Whether the account may be used.
    public var isActive: Bool
    /// The session generation.
    public var generation: UInt32
    /// Tokens without a generation are refused if issued up to here; nil when never.
    public var sessionsEndedAt: Instant?
    /// Declared fields that go into the access token.
    public var accessClaims: [CustomFieldValue]

    /// A user of its parts.
    public init(
        isActive: Bool, generation: UInt32, sessionsEndedAt: Instant?,
        accessClaims: [CustomFieldValue]
    ) {
        self.isActive = isActive
        self.generation = generation
        self.sessionsEndedAt = sessionsEndedAt
        self.accessClaims = accessClaims
    }
}

/// Why a refresh is refused.
public enum RefreshRefusal: Error, Hashable, Sendable {
    /// The token itself.
    case token(TokenFault)
    /// The sessions of the user were ended after the token was issued.
    case sessionEnded
    /// The user is inactive.
    case inactiveUser
    /// There is no such user.
    case noSuchUser
}

/// Judges a refresh token that is good by itself.
///
/// - Parameters:
///   - token: The checked claims.
///   - facts: What the store knows.
/// - Returns: The session generation that goes into new tokens, and the fields of the user.
func judgeRefresh(
    of token: TokenClaims, facts: RefreshFacts
) throws(RefreshRefusal) -> (generation: UInt32, accessClaims: [CustomFieldValue]) {
    if facts.isBlacklisted { throw .token(.blacklisted) }
    // SimpleJWT honours a token that names nobody; only an issuer with our key can have made it.
    if token.subject == .none { return (0, []) }
    guard let user = facts.user else { throw .noSuchUser }
    guard user.isActive else { throw .inactiveUser }
    if let generation = token.id.generation {
        guard generation == user.generation % TokenID.generationCount else { throw .sessionEnded }
    } else if let ended = user.sessionsEndedAt {
        // Issued by another system, which knows whole seconds: in doubt it is too old.
        guard let issued = token.issued, issued > ended else { throw .sessionEnded }
    }
    return (user.generation, user.accessClaims)
}
