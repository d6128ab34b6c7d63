public import Auth
import MariaDB

extension MariaDBStore {
    /// Writes no row for a token whose sessions were ended: it is refused already.
    ///
    /// That of a user who does not exist gets one. See `judgeRefresh`, which asks the same.
    private static let insertBlacklisted: Statement = """
        INSERT INTO refresh_token_blacklist (token_id, user_id, reason, blacklisted_at, expires_at)
        SELECT ?, ?, ?, ?, ? FROM (SELECT 1) AS one LEFT JOIN users AS u ON u.id = ?
        WHERE u.id IS NULL OR IF(? IS NULL,
            u.sessions_ended_at IS NULL OR ? > u.sessions_ended_at,
            u.session_generation MOD ? = ?)
        """

    /// Ends a token; it is committed when this returns.
    public func blacklist(
        _ token: TokenClaims, user: UserID?, context: RequestContext
    ) throws(StoreError) -> Bool {
        try end(token, user: user, reason: "logout", context: context)
    }

    /// The primary key lets one of several through; the row is the record of who and when, too.
    func end(
        _ token: TokenClaims, user: UserID?, reason: StaticString, context: RequestContext
    ) throws(StoreError) -> Bool {
        let generation = token.id.generation.map { SQLValue.integer(Int64($0)) } ?? .null
        let values: [SQLValue] = [
            .bytes(token.id.blacklistKey), user?.sqlValue ?? .null, .text("\(reason)"),
            context.now.sqlValue, min(token.expires, .latestStorable).sqlValue,
            user?.sqlValue ?? .null, generation, token.issued?.sqlValue ?? .null,
            .integer(Int64(TokenID.generationCount)), generation,
        ]
        do {
            return try connection.use { connection throws(MariaDBError) in
                try connection.execute(Self.insertBlacklisted, values).affectedRows > 0
            }
        } catch {
            guard error.duplicateKeyName != nil else { throw StoreError(error) }
            return false
        }
    }
}

extension Instant {
    /// The last second of the year 9999, beyond which DATETIME has no value.
    fileprivate static let latestStorable = Instant(unixSeconds: 253_402_300_799)
}
