public import Auth
import MariaDB

extension MariaDBStore {
    /// Asks nothing of the user: a token whose sessions were ended is refused either way, and to look
    /// would cost the server half as much again as the insert does.
    private static let insertLoggedOut: Statement = """
        INSERT INTO refresh_token_blacklist (token_id, user_id, reason, blacklisted_at, expires_at)
        VALUES (?, ?, ?, ?, ?)
        """

    /// Ends a token; it is committed when this returns.
    public func blacklist(
        _ token: TokenClaims, user: UserID?, context: RequestContext
    ) throws(StoreError) -> Bool {
        try insertIntoBlacklist(
            Self.insertLoggedOut,
            Self.blacklistRow(token, user: user, reason: "logout", context: context))
    }

    /// The values of the columns that every row has.
    ///
    /// - Parameter reason: A word of the column `reason`.
    static func blacklistRow(
        _ token: TokenClaims, user: UserID?, reason: String, context: RequestContext
    ) -> [SQLValue] {
        [
            .bytes(token.id.blacklistKey), user?.sqlValue ?? .null, .text(reason),
            context.now.sqlValue, min(token.expires, .latestStorable).sqlValue,
        ]
    }

    /// The primary key lets one of several through; the row is the record of who and when, too.
    ///
    /// On two nodes of a cluster at once, one of them is told of a conflict at first.
    func insertIntoBlacklist(_ statement: Statement, _ values: [SQLValue]) throws(StoreError)
        -> Bool
    {
        do {
            return try repeating { connection throws(MariaDBError) in
                try connection.execute(statement, values).affectedRows > 0
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
