public import Auth
import MariaDB

extension MariaDBStore {
    /// Writes no row for a token whose sessions were ended: it is refused already.
    ///
    /// That of a user who does not exist gets one. See `judgeRefresh`, which asks the same.
    private static func insertion(further columns: [ColumnName]) -> Statement {
        """
        INSERT INTO refresh_token_blacklist \
        (token_id, user_id, reason, blacklisted_at, expires_at\(furtherIdentifiers: columns))
        SELECT ?, ?, ?, ?, ?\(furtherMarks: columns.count)
        FROM (SELECT 1) AS one LEFT JOIN users AS u ON u.id = ?
        WHERE u.id IS NULL OR IF(? IS NULL,
            u.sessions_ended_at IS NULL OR ? > u.sessions_ended_at,
            u.session_generation MOD ? = ?)
        """
    }

    private static let insertEnded = insertion(further: [])
    private static let insertWithSuccessor = insertion(
        further: ["successor_id", "successor_expires_at"].compactMap { ColumnName($0) })

    /// Ends a token; it is committed when this returns.
    public func blacklist(
        _ token: TokenClaims, user: UserID?, context: RequestContext
    ) throws(StoreError) -> Bool {
        try end(token, user: user, reason: .logout, successor: nil, context: context)
    }

    /// The primary key lets one of several through; the row is the record of who and when, too.
    func end(
        _ token: TokenClaims, user: UserID?, reason: EndOfToken, successor: TokenSuccessor?,
        context: RequestContext
    ) throws(StoreError) -> Bool {
        let generation = token.id.generation.map { SQLValue.integer(Int64($0)) } ?? .null
        var values: [SQLValue] = [
            .bytes(token.id.blacklistKey), user?.sqlValue ?? .null, .text(reason.rawValue),
            context.now.sqlValue, min(token.expires, .latestStorable).sqlValue,
        ]
        if let successor {
            values += [.bytes(successor.id.blacklistKey), successor.expires.sqlValue]
        }
        values += [
            user?.sqlValue ?? .null, generation, token.issued?.sqlValue ?? .null,
            .integer(Int64(TokenID.generationCount)), generation,
        ]
        let statement = successor == nil ? Self.insertEnded : Self.insertWithSuccessor
        do {
            return try connection.use { connection throws(MariaDBError) in
                try connection.execute(statement, values).affectedRows > 0
            }
        } catch {
            guard error.duplicateKeyName != nil else { throw StoreError(error) }
            return false
        }
    }
}

/// What a client ends a token by; a word of the column `reason`.
enum EndOfToken: String {
    case logout
    case rotation
}

extension Instant {
    /// The last second of the year 9999, beyond which DATETIME has no value.
    fileprivate static let latestStorable = Instant(unixSeconds: 253_402_300_799)
}
