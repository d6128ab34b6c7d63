import JSON

/// The claims of a token whose signature, times and type have been found good.
public struct TokenClaims: Sendable {
    /// Every claim, in the order of the token.
    let all: JSONObject
    /// The `jti`.
    public let id: TokenID
    /// When it expires.
    public let expires: Instant
    /// When it was issued; nil when it does not say.
    public let issued: Instant?

    /// Whose token it is.
    public enum Subject: Hashable, Sendable {
        /// No `user_id` claim.
        case none
        /// A claim that no user of this service can have.
        case unknown
        /// A user, who may have been deleted.
        case user(UserID)
    }

    /// Whose token it is.
    public var subject: Subject {
        guard let claim = all["user_id"] else { return .none }
        return UserID(claim: claim).map { .user($0) } ?? .unknown
    }

    /// Judges the claims of a token with a good signature.
    ///
    /// Times are whole seconds since 1970 (NumericDate, RFC 7519 §2).
    ///
    /// - Parameters:
    ///   - claims: The payload.
    ///   - type: What the token must be for.
    ///   - now: The time of the request.
    ///   - settings: The leeway, and what `iss` and `aud` must be.
    /// - Throws: ``TokenFault``. `expired` when now is at or after `exp` plus the leeway (RFC 7519
    ///   §4.1.4); `invalid` when `iat` or `nbf` lies in the future or a claim has the wrong type.
    public init(
        judging claims: JSONObject, as type: TokenType, at now: Instant, settings: TokenSettings
    ) throws(TokenFault) {
        let now = now.unixSeconds
        let issued = try TokenClaims.time(claims["iat"])
        if let issued, issued > now + settings.leeway { throw .invalid }
        if let notBefore = try TokenClaims.time(claims["nbf"]), notBefore > now + settings.leeway {
            throw .invalid
        }
        let expires = try TokenClaims.time(claims["exp"])
        if let expires, expires <= now - settings.leeway { throw .expired }
        try TokenClaims.checkText(claims["sub"])
        let id = claims["jti"]
        try TokenClaims.checkText(id)
        try TokenClaims.checkParties(claims, settings: settings)
        guard let expires else { throw .noExpiry }
        guard case .string(let id)? = id else { throw .noID }
        switch claims["token_type"] {
        case .string(type.rawValue)?: break
        case nil: throw .noType
        default: throw .wrongType
        }
        all = claims
        self.id = TokenID(text: id)
        self.expires = Instant(unixSeconds: expires)
        self.issued = issued.map { Instant(unixSeconds: $0) }
    }

    private static func time(_ claim: JSONValue?) throws(TokenFault) -> Int64? {
        switch claim {
        case nil: return nil
        case .number(let number)?:
            // Far beyond every calendar, and sums with it must not overflow.
            guard let seconds = number.wholeSeconds, seconds.magnitude < 1 << 53 else {
                throw .invalid
            }
            return seconds
        default: throw .invalid
        }
    }

    private static func checkText(_ claim: JSONValue?) throws(TokenFault) {
        switch claim {
        case nil, .string?: break
        default: throw .invalid
        }
    }

    private static func checkParties(
        _ claims: JSONObject, settings: TokenSettings
    ) throws(TokenFault) {
        if let issuer = settings.issuer, claims["iss"] != .string(issuer) { throw .invalid }
        guard let audience = settings.audience else { return }
        switch claims["aud"] {
        case .string(audience)?: break
        case .array(let audiences)? where audiences.contains(.string(audience)): break
        default: throw .invalid
        }
    }
}
