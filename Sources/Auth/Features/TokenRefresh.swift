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
        /// The token was spent before, it is no lost answer, and what came of it has been ended now.
        case reused(user: UserID?)
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
        var facts = try ask { () throws(StoreError) in
            try store.refreshFacts(user: user, token: claims.id)
        }
        // An ended token may have been spent a moment ago; its user must be as good as any other.
        let isSpent = facts.isBlacklisted && issuer.settings.repeatsAnswers
        if isSpent { facts.isBlacklisted = false }
        let verdict: (generation: UInt32, accessClaims: [CustomFieldValue])
        do {
            verdict = try judgeRefresh(of: claims, facts: facts)
        } catch {
            throw .refused(isSpent ? .token(.blacklisted) : error, user: user)
        }
        let successor: TokenSuccessor?
        if isSpent {
            successor = try repeatedSuccessor(
                of: claims, user: user, store: store, context: context)
        } else if issuer.settings.rotatesRefreshTokens {
            let new = issuer.makeSuccessor(
                generation: verdict.generation, at: context.now, from: SystemRandom())
            successor = try spend(claims, for: new, user: user, store: store, context: context)
        } else {
            successor = nil
        }
        let access = issuer.issueAccess(
            from: claims, generation: verdict.generation,
            accessClaims: verdict.accessClaims.map(\.claim), at: context.now, from: SystemRandom())
        return Outcome(
            access: access, refresh: successor.map { issuer.issueSuccessor($0, of: claims) },
            user: user)
    }

    /// Ends a token for a successor.
    ///
    /// Of several that refresh at once, the insert into the blacklist lets one through.
    ///
    /// - Returns: What took its place; that of the fastest when answers are repeated.
    private func spend(
        _ claims: TokenClaims, for successor: TokenSuccessor, user: UserID?,
        store: some TokenRefreshStore, context: RequestContext
    ) throws(Failure) -> TokenSuccessor {
        let isFirst = try ask { () throws(StoreError) in
            try store.retire(
                claims, for: issuer.settings.repeatsAnswers ? successor : nil, user: user,
                context: context)
        }
        if isFirst { return successor }
        guard issuer.settings.repeatsAnswers else {
            throw .refused(.token(.blacklisted), user: user)
        }
        return try repeatedSuccessor(of: claims, user: user, store: store, context: context)
    }

    /// What took the place of a token that was spent before, if it may be given out again.
    private func repeatedSuccessor(
        of claims: TokenClaims, user: UserID?, store: some TokenRefreshStore,
        context: RequestContext
    ) throws(Failure) -> TokenSuccessor {
        let rotation = try ask { () throws(StoreError) in try store.rotation(of: claims.id) }
        guard let rotation else { throw .refused(.token(.blacklisted), user: user) }
        switch judgeReplay(of: rotation, at: context.now, settings: issuer.settings) {
        case .repeatAnswer: return rotation.successor
        case .refuse: throw .refused(.token(.blacklisted), user: user)
        case .endFamily:
            let hasEnded = try ask { () throws(StoreError) in
                try store.endFamily(from: rotation.successor, user: user, context: context)
            }
            throw hasEnded ? .reused(user: user) : .refused(.token(.blacklisted), user: user)
        }
    }

    private func ask<Result>(
        _ question: () throws(StoreError) -> Result
    ) throws(Failure) -> Result {
        do {
            return try question()
        } catch {
            throw .store(error)
        }
    }
}

extension CustomFieldValue {
    /// The claim of the access token.
    var claim: JSONObject.Member { .init(field.name, value.json) }
}
