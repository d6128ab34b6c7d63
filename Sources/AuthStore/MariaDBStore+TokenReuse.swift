public import Auth
import MariaDB

extension MariaDBStore {
    private static let findRotation: Statement = """
        SELECT t.blacklisted_at, t.successor_id, t.successor_expires_at,
            EXISTS(SELECT 1 FROM refresh_token_blacklist AS s WHERE s.token_id = t.successor_id)
        FROM refresh_token_blacklist AS t WHERE t.token_id = ? AND t.successor_id IS NOT NULL
        """

    /// How a token was spent.
    public func rotation(of token: TokenID) throws(StoreError) -> Rotation? {
        try use { connection throws(MariaDBError) in
            let row = try connection.queryOne(Self.findRotation, [.bytes(token.blacklistKey)])
            guard let row else { return nil }
            return Rotation(
                successor: TokenSuccessor(
                    id: TokenID(bytes: try row.bytes(1)),
                    issued: Instant(unixMicroseconds: try row.dateTime(0)),
                    expires: Instant(unixMicroseconds: try row.dateTime(2))),
                isSuccessorEnded: try row.boolean(3))
        }
    }

    /// Ends the newest of the tokens that follow each other from a successor on, and records it.
    public func endFamily(
        from successor: TokenSuccessor, user: UserID?, context: RequestContext
    ) throws(StoreError) -> Bool {
        try endFamily(from: successor, because: .reuse, user: user, context: context)
    }

    /// Ends the newest of the tokens that a spent one was exchanged for, as at a logout.
    public func endSuccessors(
        of token: TokenID, user: UserID?, context: RequestContext
    ) throws(StoreError) {
        guard let rotation = try rotation(of: token) else { return }
        _ = try endFamily(
            from: rotation.successor, because: .logout, user: user, context: context)
    }

    private func endFamily(
        from successor: TokenSuccessor, because reason: FamilyEnd, user: UserID?,
        context: RequestContext
    ) throws(StoreError) -> Bool {
        do {
            return try transaction { connection throws(MariaDBError) in
                switch try connection.endNewest(
                    from: successor, because: reason, user: user, context: context)
                {
                case .endedNow: break
                case .endedBefore: return false
                case .notFound:
                    guard let user else { return false }
                    try connection.endSessions(of: user, at: context.now)
                    try connection.audit(.sessionsEnded, user: user, context: context)
                }
                if reason == .reuse {
                    try connection.audit(.refreshTokenReused, user: user, context: context)
                }
                return true
            }
        } catch {
            throw StoreError(error)
        }
    }
}

/// Why the newest token of a chain ends; words of the column `reason`.
private enum FamilyEnd: String {
    case reuse, logout
}

/// What became of the newest token of a chain.
private enum NewestToken {
    case endedNow
    case endedBefore
    /// The chain is too long, or a piece of it is missing.
    case notFound
}

extension Connection {
    /// The end of the chain that begins with an ended token, a thousand steps further at most, as many
    /// as the server's own `max_recursive_iterations` lets pass.
    private static let findEndOfChain: Statement = """
        WITH RECURSIVE chain AS (
            SELECT reason, successor_id, successor_expires_at, 1 AS step
            FROM refresh_token_blacklist WHERE token_id = ?
            UNION ALL
            SELECT t.reason, t.successor_id, t.successor_expires_at, c.step + 1
            FROM chain AS c STRAIGHT_JOIN refresh_token_blacklist AS t
                ON t.token_id = c.successor_id
            WHERE c.step < 1000
        )
        SELECT reason, successor_id, successor_expires_at, step FROM chain
        ORDER BY step DESC LIMIT 1
        """
    /// A chain of refreshes every five minutes for a month has 8640 tokens; who has a stolen token must
    /// not make it so long that its end is not found in time.
    private static let longestChain: Int64 = 10_000

    private static let insertEnd: Statement = """
        INSERT INTO refresh_token_blacklist (token_id, user_id, reason, blacklisted_at, expires_at)
        VALUES (?, ?, ?, ?, ?)
        """

    /// Ends the newest token of a chain, in the transaction that is open.
    ///
    /// A refresh with that token may come first; then its successor is the newest one.
    fileprivate func endNewest(
        from successor: TokenSuccessor, because reason: FamilyEnd, user: UserID?,
        context: RequestContext
    ) throws(MariaDBError) -> NewestToken {
        var id = SQLValue.bytes(successor.id.blacklistKey)
        var expires = successor.expires
        var steps: Int64 = 0
        while steps < Self.longestChain {
            if let end = try queryOne(Self.findEndOfChain, [id]) {
                guard let next = try end.optionalBytes(1) else {
                    // A rotation without a successor was done by a program that does not keep it.
                    return try end.text(0) == "rotation" ? .notFound : .endedBefore
                }
                id = .bytes(next)
                expires = Instant(unixMicroseconds: try end.dateTime(2))
                steps += try end.integer(3)
            }
            // If it was spent, its row may have been purged.
            guard expires > context.now.advanced(seconds: -PurgeRule.tokenGrace) else {
                return .notFound
            }
            do {
                _ = try execute(
                    Self.insertEnd,
                    [
                        id, user?.sqlValue ?? .null, .text(reason.rawValue), context.now.sqlValue,
                        expires.sqlValue,
                    ])
                return .endedNow
            } catch {
                guard error.duplicateKeyName != nil else { throw error }
                steps += 1
            }
        }
        return .notFound
    }
}
