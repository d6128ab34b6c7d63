/// Logout: a refresh token is refused from now on, everywhere.
public struct Logout: Sendable {
    private let issuer: TokenIssuer
    /// Whether a token that cannot be ended is no failure: either way it is of no use from now on
    /// (RFC 7009 §2.2).
    private let acceptsAnyToken: Bool

    /// - Parameters:
    ///   - issuer: Checks tokens.
    ///   - acceptsAnyToken: Whether a token that is broken, expired or ended already is no failure.
    public init(issuer: TokenIssuer, acceptsAnyToken: Bool = false) {
        self.issuer = issuer
        self.acceptsAnyToken = acceptsAnyToken
    }

    /// Why the token was not ended now.
    public enum Failure: Error, Sendable {
        /// It is broken, expired or ended already; the user is known when the signature was ours.
        case refused(TokenFault, user: UserID?)
        /// The store failed.
        case store(StoreError)
    }

    /// Ends a token; when this returns it is committed.
    ///
    /// With a token that was exchanged for others, where the answer can be had again, the newest of those
    /// ends: else the one that was shown would still be good for it.
    ///
    /// - Parameter token: As the client sent it.
    /// - Returns: Whose it was; nil when it names nobody.
    @discardableResult
    public func logOut(
        _ token: String, store: some LogoutStore, context: RequestContext
    ) throws(Failure) -> UserID? {
        let claims: TokenClaims
        do {
            claims = try issuer.check(token, as: .refresh, at: context.now)
        } catch {
            if acceptsAnyToken { return nil }
            throw .refused(error, user: nil)
        }
        let user: UserID? = if case .user(let user) = claims.subject { user } else { nil }
        let isFirst: Bool
        do {
            isFirst = try store.blacklist(claims, user: user, context: context)
            if !isFirst, issuer.settings.repeatsAnswers {
                try store.endSuccessors(of: claims.id, user: user, context: context)
            }
        } catch {
            throw .store(error)
        }
        guard isFirst || acceptsAnyToken else { throw .refused(.blacklisted, user: user) }
        return user
    }
}
