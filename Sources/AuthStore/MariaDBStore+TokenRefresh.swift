public import Auth
import MariaDB

extension MariaDBStore {
    private static let findBlacklisted: Statement =
        "SELECT EXISTS(SELECT 1 FROM refresh_token_blacklist WHERE token_id = ?)"

    /// What decides about a token: one statement, unless the user does not exist.
    public func refreshFacts(user: UserID?, token: TokenID) throws(StoreError) -> RefreshFacts {
        let columns = customFields
        let key = SQLValue.bytes(token.blacklistKey)
        return try use { connection throws(MariaDBError) in
            if let user,
                let row = try connection.queryOne(columns.findRefresh, [key, user.sqlValue])
            {
                return RefreshFacts(
                    isBlacklisted: try row.boolean(0),
                    user: RefreshUser(
                        isActive: try row.boolean(1),
                        generation: UInt32(truncatingIfNeeded: try row.unsigned(2)),
                        sessionsEndedAt: try row.optionalDateTime(3)
                            .map { Instant(unixMicroseconds: $0) },
                        accessClaims: try columns.accessClaims(in: row, from: 4)))
            }
            let row = try connection.queryOne(Self.findBlacklisted, [key])
            return RefreshFacts(isBlacklisted: try row?.boolean(0) ?? false, user: nil)
        }
    }

    /// Ends a token because another took its place.
    public func retire(
        _ token: TokenClaims, for successor: TokenSuccessor?, user: UserID?,
        context: RequestContext
    ) throws(StoreError) -> Bool {
        try end(token, user: user, reason: .rotation, successor: successor, context: context)
    }
}
