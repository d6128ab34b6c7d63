/// The refresh token that takes the place of a spent one, but for the claims that it copies from it.
///
/// Together with the spent token it is all that is needed to make the same token again.
public struct TokenSuccessor: Hashable, Sendable {
    /// Its name.
    public let id: TokenID
    /// When it was issued, which is when the other was spent.
    public let issued: Instant
    /// When it expires, in whole seconds.
    public let expires: Instant

    /// A successor of its parts.
    public init(id: TokenID, issued: Instant, expires: Instant) {
        self.id = id
        self.issued = issued
        self.expires = expires
    }
}
