/// How long tokens live and what they say.
public struct TokenSettings: Sendable {
    /// Lifetime of an access token, in seconds.
    ///
    /// Default 300, range 1 to 86400.
    public var accessLifetime: Int64 = 300
    /// Lifetime of a refresh token, in seconds.
    ///
    /// Default 86400, range 60 to 31536000.
    public var refreshLifetime: Int64 = 86400
    /// How far the clocks of two machines may differ, in seconds.
    ///
    /// Default 0, range 0 to 120.
    public var leeway: Int64 = 0
    /// Whether a refresh answers with a new refresh token, too, and ends the old one.
    public var rotatesRefreshTokens = false
    /// How long the answer to the refresh that spent a token can be had again with it, in seconds.
    ///
    /// Shown later, the token ends what came of it. Default 0, range 0 to 3600. With 0 a spent token is
    /// refused, and nothing else happens. Without rotation it means nothing.
    public var rotationGracePeriod: Int64 = 0
    /// Whether a spent token ends what came of it as soon as its successor was used, not only after the
    /// grace period.
    public var detectsReuseAtOnce = false
    /// Whether the answer to a refresh can be had again for a time.
    var repeatsAnswers: Bool { rotatesRefreshTokens && rotationGracePeriod > 0 }
    /// The `iss` claim, written and demanded; nil for none.
    public var issuer: String?
    /// The `aud` claim, written and demanded; nil for none.
    public var audience: String?

    /// The defaults.
    public init() {}
}
