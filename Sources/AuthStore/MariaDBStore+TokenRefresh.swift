public import Auth
import MariaDB

extension MariaDBStore {
    private static let findBlacklisted: Statement =
        "SELECT EXISTS(SELECT 1 FROM refresh_token_blacklist WHERE token_id = ?)"

    /// Writes no row for a token whose sessions were ended meanwhile, so that it gets no successor.
    ///
    /// That of a user who does not exist gets one. See `judgeRefresh`, which asks the same.
    private static func rotation(further columns: [ColumnName]) -> Statement {
        """
        INSERT INTO refresh_token_blacklist \
        (token_id, user_id, reason, blacklisted_at, expires_at\(furtherIdentifiers: columns))
        SELECT ?, ?, ?, ?, ?\(furtherMarks: columns.count) FROM DUAL
        WHERE NOT EXISTS (SELECT 1 FROM users WHERE id = ? AND IF(? IS NULL,
            sessions_ended_at IS NOT NULL AND NOT COALESCE(? > sessions_ended_at, FALSE),
            session_generation MOD ? <> ?))
        """
    }

    private static let insertRotated = rotation(further: [])
    private static let insertWithSuccessor = rotation(
        further: ["successor_id", "successor_expires_at"].compactMap { ColumnName($0) })

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
        var values = Self.blacklistRow(token, user: user, reason: "rotation", context: context)
        if let successor {
            values += [.bytes(successor.id.blacklistKey), successor.expires.sqlValue]
        }
        let generation = token.id.generation.map { SQLValue.integer(Int64($0)) } ?? .null
        values += [
            user?.sqlValue ?? .null, generation, token.issued?.sqlValue ?? .null,
            .integer(Int64(TokenID.generationCount)), generation,
        ]
        return try insertIntoBlacklist(
            successor == nil ? Self.insertRotated : Self.insertWithSuccessor, values)
    }
}
