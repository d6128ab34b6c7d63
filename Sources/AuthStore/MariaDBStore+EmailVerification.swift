public import Auth
import MariaDB

extension MariaDBStore {
    /// A token is good until it expires, also when it has been used: mail scanners open links first.
    private static let findToken: Statement = """
        SELECT t.user_id, t.used_at IS NOT NULL, u.username_key
        FROM one_time_tokens AS t JOIN users AS u ON u.id = t.user_id
        WHERE t.digest = ? AND t.purpose = 'verify_email' AND t.expires_at > ?
            AND t.email_key = u.email_key
        """

    private static let useToken: Statement = """
        UPDATE one_time_tokens AS t JOIN users AS u ON u.id = t.user_id
        SET t.used_at = ?, u.is_active = TRUE, u.email_verified_at = ?
        WHERE t.digest = ? AND t.purpose = 'verify_email' AND t.expires_at > ?
            AND t.email_key = u.email_key AND t.used_at IS NULL
        """

    /// Whose the token of a digest is, nil when it is not good now; changes nothing.
    public func verificationFacts(
        digest: [UInt8], at now: Instant
    ) throws(StoreError) -> EmailVerificationFacts? {
        try use { connection throws(MariaDBError) in
            let row = try connection.queryOne(Self.findToken, [.bytes(digest), now.sqlValue])
            return try row.map { row throws(MariaDBError) in
                EmailVerificationFacts(
                    user: UserID(try row.unsigned(0)), usernameKey: try row.text(2))
            }
        }
    }

    /// Uses a token: the first use activates the user, later ones change nothing.
    public func verifyEmail(
        digest: [UInt8], context: RequestContext
    ) throws(StoreError) -> UserID? {
        let now = context.now.sqlValue
        let found: (user: UserID, isUsed: Bool)? = try use { connection throws(MariaDBError) in
            guard let row = try connection.queryOne(Self.findToken, [.bytes(digest), now]) else {
                return nil
            }
            return (UserID(try row.unsigned(0)), try row.boolean(1))
        }
        guard let found else { return nil }
        guard !found.isUsed else { return found.user }
        do {
            try transaction { connection throws(MariaDBError) in
                let used = try connection.execute(
                    Self.useToken, [now, now, .bytes(digest), now])
                // Of several that open the link at once, one finds it unused.
                guard used.affectedRows > 0 else { return }
                try connection.audit(.emailVerified, user: found.user, context: context)
            }
            return found.user
        } catch {
            throw StoreError(error)
        }
    }
}
