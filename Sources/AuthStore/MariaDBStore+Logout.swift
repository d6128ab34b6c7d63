public import Auth
import MariaDB

extension MariaDBStore {
    private static let insertBlacklisted: Statement = """
        INSERT INTO refresh_token_blacklist (token_id, user_id, reason, blacklisted_at, expires_at)
        VALUES (?, ?, ?, ?, ?)
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
        let values: [SQLValue] = [
            .bytes(token.id.blacklistKey), user?.sqlValue ?? .null, .text("\(reason)"),
            context.now.sqlValue, min(token.expires, .latestStorable).sqlValue,
        ]
        do {
            _ = try connection.use { connection throws(MariaDBError) in
                try connection.execute(Self.insertBlacklisted, values)
            }
            return true
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
