public import Auth

extension MemoryStore: Store {
    /// Remembers how long it may take.
    public func begin(microseconds: UInt64) {
        timeLimits.append(microseconds)
    }

    /// Nothing breaks here.
    public func recover() {}
}

extension MemoryStore {
    /// See the protocol.
    public func countRegistration(
        limits: ThrottleLimits, context: RequestContext
    ) throws(StoreError) -> RegistrationCount {
        try failIfAsked()
        let network = ClientNetwork(context.remoteAddress)
        let counted = recent(context) { $0.usernameKey == nil && $0.network == network }
        guard counted.count < limits.registrationsPerNetwork else {
            return .throttled(Throttled(oldest: counted.first?.time, now: context.now))
        }
        return .counted(attempt: addAttempt(usernameKey: nil, context: context))
    }

    /// See the protocol.
    public func registrationConflicts(
        username: Username?, email: EmailAddress?
    ) throws(StoreError) -> RegistrationConflicts {
        try failIfAsked()
        return conflicts(username: username?.key, email: email?.key)
    }

    private func conflicts(username: String?, email: String?) -> RegistrationConflicts {
        RegistrationConflicts(
            username: accounts.values.contains { $0.usernameKey == username },
            email: accounts.values.contains { $0.emailKey == email })
    }

    /// See the protocol.
    public func register(
        _ user: NewUser, token: MailedToken, hidesTakenAddress: Bool, context: RequestContext
    ) throws(StoreError) -> RegistrationResult {
        try failIfAsked()
        runBeforeWriting()
        var found = conflicts(username: user.username.key, email: user.email.key)
        let isUnseen = hidesTakenAddress && found.email
        if isUnseen { found.email = false }
        guard found.isEmpty else { return .conflicting(found) }
        let email = isUnseen ? "\(accounts.count)@taken.invalid" : user.email.text
        let id = add(
            user.username.text, email: email, passwordHash: user.passwordHash, isActive: false)
        accounts[id]?.customFields = user.customFields
        if isUnseen {
            notices.append(user.email.key)
        } else {
            links.append(Link(user: id, token: token))
        }
        return .registered(id)
    }

    /// See the protocol.
    public func verificationFacts(
        digest: [UInt8], at now: Instant
    ) throws(StoreError) -> EmailVerificationFacts? {
        try failIfAsked()
        guard let index = indexOfLink(.verifyEmail, digest: digest, at: now),
            let account = accounts[links[index].user]
        else { return nil }
        return EmailVerificationFacts(
            user: links[index].user, usernameKey: account.usernameKey)
    }

    /// See the protocol.
    public func verifyEmail(
        digest: [UInt8], context: RequestContext
    ) throws(StoreError) -> UserID? {
        try failIfAsked()
        guard let index = indexOfLink(.verifyEmail, digest: digest, at: context.now) else {
            return nil
        }
        accounts[links[index].user]?.isActive = true
        return links[index].user
    }

    /// See the protocol.
    public func refreshFacts(user: UserID?, token: TokenID) throws(StoreError) -> RefreshFacts {
        try failIfAsked()
        let account = user.flatMap { accounts[$0] }
        return RefreshFacts(
            isBlacklisted: blacklist.contains(token.blacklistKey),
            user: account.map {
                RefreshUser(
                    isActive: $0.isActive, generation: $0.generation,
                    sessionsEndedAt: $0.sessionsEndedAt, accessClaims: claims(of: $0))
            })
    }

    func claims(of account: Account) -> [CustomFieldValue] {
        account.customFields.filter(\.field.isInAccessToken)
    }

    /// See the protocol.
    public func retire(
        _ token: TokenClaims, for successor: TokenSuccessor?, user: UserID?,
        context: RequestContext
    ) throws(StoreError) -> Bool {
        try failIfAsked()
        runBeforeWriting()
        try failIfAsked()
        guard blacklist.insert(token.id.blacklistKey).inserted else { return false }
        successors[token.id.blacklistKey] = successor
        return true
    }

    /// See the protocol.
    public func rotation(of token: TokenID) throws(StoreError) -> Rotation? {
        try failIfAsked()
        return successors[token.blacklistKey].map {
            Rotation(
                successor: $0, isSuccessorEnded: blacklist.contains($0.id.blacklistKey))
        }
    }

    /// See the protocol.
    public func endFamily(
        from successor: TokenSuccessor, user: UserID?, context: RequestContext
    ) throws(StoreError) -> Bool {
        try failIfAsked()
        guard endNewest(from: successor) else { return false }
        reuses.append(user)
        return true
    }

    /// See the protocol.
    public func endSuccessors(
        of token: TokenID, user: UserID?, context: RequestContext
    ) throws(StoreError) {
        try failIfAsked()
        if let successor = successors[token.blacklistKey] { _ = endNewest(from: successor) }
    }

    private func endNewest(from successor: TokenSuccessor) -> Bool {
        var newest = successor
        while let next = successors[newest.id.blacklistKey] { newest = next }
        return blacklist.insert(newest.id.blacklistKey).inserted
    }

    /// See the protocol.
    public func blacklist(
        _ token: TokenClaims, user: UserID?, context: RequestContext
    ) throws(StoreError) -> Bool {
        try failIfAsked()
        return blacklist.insert(token.id.blacklistKey).inserted
    }

    /// See the protocol.
    public func requestPasswordReset(
        email: EmailAddress, token: MailedToken, limits: ThrottleLimits, context: RequestContext
    ) throws(StoreError) {
        try failIfAsked()
        resetRequests += 1
        guard
            let user = accounts.first(where: { $0.value.emailKey == email.key && $0.value.isActive }
            )?.key
        else { return }
        spendResetLinks(of: user)
        links.append(Link(user: user, token: token))
    }

    private func spendResetLinks(of user: UserID) {
        for index in links.indices
        where links[index].user == user && links[index].token.purpose == .passwordReset {
            links[index].isSpent = true
        }
    }

    /// See the protocol.
    public func passwordResetFacts(
        user: UserID, digest: [UInt8], at now: Instant
    ) throws(StoreError) -> PasswordResetFacts? {
        try failIfAsked()
        guard let index = indexOfLink(.passwordReset, digest: digest, at: now),
            links[index].user == user, !links[index].isSpent, let account = accounts[user]
        else { return nil }
        return PasswordResetFacts(username: account.username, email: account.email)
    }

    /// See the protocol.
    public func resetPassword(
        user: UserID, digest: [UInt8], passwordHash: String, notice: PasswordChangedNotice?,
        context: RequestContext
    ) throws(StoreError) -> Bool {
        runBeforeWriting()
        guard try passwordResetFacts(user: user, digest: digest, at: context.now) != nil else {
            return false
        }
        spendResetLinks(of: user)
        accounts[user]?.passwordHash = passwordHash
        accounts[user]?.generation += 1
        accounts[user]?.sessionsEndedAt = context.now
        if notice != nil, let account = accounts[user] { notices.append(account.emailKey) }
        return true
    }

    /// See the protocol.
    public func isActive(_ user: UserID) throws(StoreError) -> Bool? {
        try failIfAsked()
        return accounts[user]?.isActive
    }

    /// See the protocol.
    public func outboxBacklog(at now: Instant) throws(StoreError) -> OutboxBacklog {
        try failIfAsked()
        return OutboxBacklog(queued: Int64(links.count))
    }

    /// See the protocol.
    public func checkReadiness() throws(StoreError) {
        try failIfAsked()
    }
}
