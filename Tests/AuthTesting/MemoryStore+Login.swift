public import Auth

extension MemoryStore {
    /// See the protocol.
    public func beginLogin(
        usernameKey: String, limits: ThrottleLimits, context: RequestContext
    ) throws(StoreError) -> LoginStart {
        try failIfAsked()
        let network = ClientNetwork(context.remoteAddress)
        let isKnown = attempts.contains {
            $0.isGood && $0.usernameKey == usernameKey && $0.network == network
        }
        let limit =
            isKnown
            ? ThrottleLimits.failuresFromKnownNetworks : limits.loginFailuresPerAccount
        let ofAccount = recent(context) { !$0.isGood && $0.usernameKey == usernameKey }
        let ofNetwork = recent(context) {
            !$0.isGood && $0.usernameKey != nil && $0.network == network
        }
        if limits.isEnabled {
            for (failures, limit) in [
                (ofAccount, limit), (ofNetwork, limits.loginFailuresPerNetwork),
            ] where failures.count >= limit {
                return .throttled(Throttled(oldest: failures.first?.time, now: context.now))
            }
        }
        let id = addAttempt(usernameKey: usernameKey, context: context)
        guard let (user, account) = accounts.first(where: { $0.value.usernameKey == usernameKey })
        else { return .begun(attempt: id, facts: nil) }
        return .begun(
            attempt: id,
            facts: LoginFacts(
                user: user, passwordHash: account.passwordHash, isActive: account.isActive,
                generation: account.generation, accessClaims: claims(of: account)))
    }

    /// See the protocol.
    public func recordSuccess(
        _ success: LoginSuccess, context: RequestContext
    ) throws(StoreError) {
        try failIfAsked()
        successes.append(success)
        for index in attempts.indices where attempts[index].id == success.attempt {
            attempts[index].isGood = true
        }
        guard let hash = success.upgradedHash,
            accounts[success.user]?.passwordHash == success.presentHash
        else { return }
        accounts[success.user]?.passwordHash = hash
    }

    /// See the protocol.
    public func cancelLogin(attempt: UInt64) throws(StoreError) {
        try failIfAsked()
        attempts.removeAll { $0.id == attempt }
    }
}
