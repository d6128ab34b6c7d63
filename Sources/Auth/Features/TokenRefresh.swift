import Cryptography
import JSON

/// Token refresh: a refresh token for a new access token.
public struct TokenRefresh: Sendable {
    private let issuer: TokenIssuer

    /// - Parameter issuer: Checks and issues tokens.
    public init(issuer: TokenIssuer) {
        self.issuer = issuer
    }

    /// What a client gets.
    public struct Outcome: Sendable {
        /// The new access token.
        public let access: String
        /// The refresh token that takes the old one's place; nil without rotation.
        public let refresh: String?
        /// Who; nil when the token names nobody.
        public let user: UserID?
    }

    /// Why there is no new token.
    public enum Failure: Error, Sendable {
        /// The token is refused; the user is known when the signature was ours.
        case refused(RefreshRefusal, user: UserID?)
        /// The store failed.
        case store(StoreError)
    }

    /// Refreshes.
    ///
    /// - Parameter token: As the client sent it.
    public func refresh(
        _ token: String, store: some TokenRefreshStore, context: RequestContext
    ) throws(Failure) -> Outcome {
        let claims: TokenClaims
        do {
            claims = try issuer.check(token, as: .refresh, at: context.now)
        } catch {
            throw .refused(.token(error), user: nil)
        }
        let user: UserID? = if case .user(let user) = claims.subject { user } else { nil }
        let facts: RefreshFacts
        do {
            facts = try store.refreshFacts(user: user, token: claims.id)
        } catch {
            throw .store(error)
        }
        let verdict: (generation: UInt32, accessClaims: [CustomFieldValue])
        do {
            verdict = try judgeRefresh(of: claims, facts: facts)
        } catch {
            throw .refused(error, user: user)
        }
        var random = SystemRandom()
        let access = issuer.issueAccess(
            from: claims, generation: verdict.generation,
            accessClaims: verdict.accessClaims.map(\.claim), at: context.now, from: &random)
        guard issuer.settings.rotatesRefreshTokens else {
            return Outcome(access: access, refresh: nil, user: user)
        }
        let isFirst: Bool
        do {
            isFirst = try store.retire(claims, user: user, context: context)
        } catch {
            throw .store(error)
        }
        // Of several that refresh at once, the insert into the blacklist lets one through.
        guard isFirst else { throw .refused(.token(.blacklisted), user: user) }
        let successor = issuer.issueSuccessor(
            of: claims, generation: verdict.generation, at: context.now, from: &random)
        return Outcome(access: access, refresh: successor, user: user)
    }
}

extension CustomFieldValue {
    /// The claim of the access token.
    var claim: JSONObject.Member { .init(field.name, value.json) }
}
