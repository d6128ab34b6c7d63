/// Checks an access token that a client shows although none is needed.
///
/// The replaced system does so on the routes that are not about tokens; a client may rely on the 401
/// that tells it to refresh.
public struct BearerCheck: Sendable {
    private let issuer: TokenIssuer

    /// - Parameter issuer: Checks tokens.
    public init(issuer: TokenIssuer) {
        self.issuer = issuer
    }

    /// Why the field is refused.
    public enum Failure: Error, Sendable {
        /// It has other than two parts.
        case malformedField
        /// The token.
        case token(TokenFault)
        /// The token names nobody.
        case noSubject
        /// There is no such user.
        case noSuchUser
        /// The user is inactive.
        case inactiveUser
        /// The store failed.
        case store(StoreError)
    }

    /// Judges the `Authorization` field; one of another scheme says nothing.
    public func check(
        _ field: String, store: some BearerStore, context: RequestContext
    ) throws(Failure) {
        let parts = field.split(whereSeparator: { $0 == " " || $0 == "\t" })
        // The scheme is compared with regard to case, as the replaced system does.
        guard parts.first == "Bearer" else { return }
        guard parts.count == 2 else { throw .malformedField }
        let claims: TokenClaims
        do {
            claims = try issuer.check(String(parts[1]), as: .access, at: context.now)
        } catch {
            throw .token(error)
        }
        let user: UserID
        switch claims.subject {
        case .none: throw .noSubject
        case .unknown: throw .noSuchUser
        case .user(let id): user = id
        }
        let isActive: Bool?
        do {
            isActive = try store.isActive(user)
        } catch {
            throw .store(error)
        }
        switch isActive {
        case nil: throw .noSuchUser
        case false?: throw .inactiveUser
        case true?: break
        }
    }
}
