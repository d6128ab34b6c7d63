public import Auth

extension MemoryStore {
    /// See the protocol.
    public func beginLogin(
        usernameKey: String, limits: ThrottleLimits, context: RequestContext
    ) throws(StoreError) -> LoginStart {
        try failIfAsked()
        if let refusal = limits.refusal(
            after: failures(usernameKey, limits, without: nil, context: context), at: context.now)
        {
            return .throttled(refusal)
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

    /// The failures that count against an attempt.
    private func failures(
        _ usernameKey: String, _ limits: ThrottleLimits, without attempt: UInt64?,
        context: RequestContext
    ) -> LoginFailures {
        let network = ClientNetwork(context.remoteAddress)
        let others = recent(context) { !$0.isGood && $0.id != attempt }
        let ofAccount = others.filter { $0.usernameKey == usernameKey }
        let ofNetwork = others.filter { $0.usernameKey != nil && $0.network == network }
        return LoginFailures(
            ofAccount: ofAccount.count, oldestOfAccount: ofAccount.first?.time,
            ofNetwork: ofNetwork.count, oldestOfNetwork: ofNetwork.first?.time,
            isNetworkKnown: limits.knowsNetworks
                && attempts.contains {
                    $0.isGood && $0.usernameKey == usernameKey && $0.network == network
                })
    }

    /// Takes an attempt back when too many others have failed.
    private func withdraw(
        _ attempt: UInt64, usernameKey: String, limits: ThrottleLimits, context: RequestContext
    ) -> Throttled? {
        let others = failures(usernameKey, limits, without: attempt, context: context)
        let refusal = limits.refusal(after: others, at: context.now)
        if refusal != nil { attempts.removeAll { $0.id == attempt } }
        return refusal
    }

    /// See the protocol.
    public func recordFailure(
        attempt: UInt64, usernameKey: String, limits: ThrottleLimits, context: RequestContext
    ) throws(StoreError) -> Throttled? {
        try failIfAsked()
        return withdraw(attempt, usernameKey: usernameKey, limits: limits, context: context)
    }

    /// See the protocol.
    public func recordSuccess(
        _ success: LoginSuccess, usernameKey: String, limits: ThrottleLimits,
        context: RequestContext
    ) throws(StoreError) -> Throttled? {
        try failIfAsked()
        if let refusal = withdraw(
            success.attempt, usernameKey: usernameKey, limits: limits, context: context)
        {
            return refusal
        }
        successes.append(success)
        for index in attempts.indices where attempts[index].id == success.attempt {
            attempts[index].isGood = true
        }
        guard let hash = success.upgradedHash,
            accounts[success.user]?.passwordHash == success.presentHash
        else { return nil }
        accounts[success.user]?.passwordHash = hash
        return nil
    }

    /// See the protocol.
    public func cancelAttempt(_ id: UInt64) throws(StoreError) {
        try failIfAsked()
        attempts.removeAll { $0.id == id }
    }

    /// See the protocol.
    public func sampleOfPasswordHashes() throws(StoreError) -> [String] {
        try failIfAsked()
        return accounts.values.map(\.passwordHash)
    }
}
