public import Auth
import MariaDB

extension MariaDBStore {
    private static let findActive: Statement =
        "SELECT id FROM users WHERE email_key = ? AND is_active FOR UPDATE"

    /// An attempt is counted for every request, for equal time; only those that led to a mail count.
    private static let countAttempt: Statement = """
        INSERT INTO attempts (kind, account_key, network, occurred_at, outcome, user_id, \
        remote_address, request_id) VALUES ('password_reset', ?, ?, ?, ?, ?, ?, ?)
        """

    private static let findCounts: Statement = """
        SELECT
            (SELECT COUNT(*) FROM attempts WHERE account_key = ? AND kind = 'password_reset'
                AND outcome = 'succeeded' AND occurred_at > ?),
            (SELECT COUNT(*) FROM attempts WHERE network = ? AND kind = 'password_reset'
                AND outcome = 'succeeded' AND occurred_at > ?)
        """

    /// Requests of every outcome, each named for the sake of the key; it reads no more of them than are
    /// asked for.
    private static let countRequests: Statement = """
        SELECT COUNT(*) FROM (SELECT 1 FROM attempts WHERE network = ? AND kind = 'password_reset'
            AND outcome IN ('succeeded', 'no_active_user', 'too_many_mails')
            AND occurred_at > ? LIMIT ?) AS requests
        """
    /// How many requests for each mail that a network may cause are written down.
    private static let requestsPerMail = 10

    private static let voidTokens: Statement =
        "DELETE FROM one_time_tokens WHERE user_id = ? AND purpose = 'password_reset'"

    private static let findToken: Statement = """
        SELECT u.username, u.email
        FROM one_time_tokens AS t JOIN users AS u ON u.id = t.user_id
        WHERE t.digest = ? AND t.user_id = ? AND t.purpose = 'password_reset'
            AND t.used_at IS NULL AND t.expires_at > ? AND t.email_key = u.email_key AND u.is_active
        """

    private static let useToken: Statement = """
        UPDATE one_time_tokens AS t JOIN users AS u ON u.id = t.user_id
        SET t.used_at = ?, u.password = ?, u.session_generation = u.session_generation + 1,
            u.sessions_ended_at = ?
        WHERE t.digest = ? AND t.user_id = ? AND t.purpose = 'password_reset'
            AND t.used_at IS NULL AND t.expires_at > ? AND t.email_key = u.email_key AND u.is_active
        """

    /// Voids older links of the active user with an address and writes token, mail and audit entry;
    /// for any other address, or when too many mails went out, writes the audit entry alone.
    ///
    /// Of a network that asks for very many, further requests write nothing, whatever they ask for.
    public func requestPasswordReset(
        email: EmailAddress, token: MailedToken, limits: ThrottleLimits, context: RequestContext
    ) throws(StoreError) {
        let account = SQLValue.bytes(AccountKey(compared: email.key).bytes)
        let network = SQLValue.text(ClientNetwork(context.remoteAddress).text)
        let windowStart = context.now.advanced(seconds: -ThrottleLimits.window).sqlValue
        if limits.isEnabled {
            let most = Int64(Self.requestsPerMail * limits.resetMailsPerNetwork)
            let requests = try use { connection throws(MariaDBError) in
                try connection.queryOne(
                    Self.countRequests, [network, windowStart, .integer(most)])?
                    .integer(0)
            }
            if requests ?? 0 >= most { return }
        }
        do {
            try transaction { connection throws(MariaDBError) in
                // The user is locked before mails are counted: of many requests at once each sees
                // those before it.
                let row = try connection.queryOne(Self.findActive, [.text(email.key)])
                let counts = try connection.queryOne(
                    Self.findCounts, [account, windowStart, network, windowStart])
                let mailsToAccount = try counts?.integer(0) ?? 0
                let mailsFromNetwork = try counts?.integer(1) ?? 0
                let isFlood =
                    limits.isEnabled
                    && (mailsToAccount >= limits.resetMailsPerAccount
                        || mailsFromNetwork >= limits.resetMailsPerNetwork)
                let user = try row?.optionalUnsigned(0).map { UserID($0) }
                let refusal: String? =
                    row == nil ? "no_active_user" : isFlood ? "too_many_mails" : nil
                _ = try connection.execute(
                    Self.countAttempt,
                    [
                        account, network, context.now.sqlValue, .text(refusal ?? "succeeded"),
                        user?.sqlValue ?? .null, context.remoteAddress.sqlValue,
                        context.requestID.sqlValue,
                    ])
                // The same statements whatever was found, so that time does not tell it.
                let recipient = refusal == nil ? user : nil
                _ = try connection.execute(Self.voidTokens, [recipient?.sqlValue ?? .null])
                try connection.insert(token, for: recipient, at: context.now)
                try connection.audit(
                    refusal == nil ? .passwordResetRequested : .passwordResetRefused,
                    reason: refusal, user: user, context: context)
            }
        } catch {
            throw StoreError(error)
        }
    }

    /// Whose link it is, nil when it is not good now.
    public func passwordResetFacts(
        user: UserID, digest: [UInt8], at now: Instant
    ) throws(StoreError) -> PasswordResetFacts? {
        try use { connection throws(MariaDBError) in
            let row = try connection.queryOne(
                Self.findToken, [.bytes(digest), user.sqlValue, now.sqlValue])
            guard let row else { return nil }
            return PasswordResetFacts(username: try row.text(0), email: try row.text(1))
        }
    }

    /// Uses the link: sets the password, ends all sessions, voids all links, writes the notice.
    public func resetPassword(
        user: UserID, digest: [UInt8], passwordHash: String, notice: PasswordChangedNotice?,
        context: RequestContext
    ) throws(StoreError) -> Bool {
        let now = context.now.sqlValue
        do {
            return try transaction { connection throws(MariaDBError) in
                let used = try connection.execute(
                    Self.useToken,
                    [now, .text(passwordHash), now, .bytes(digest), user.sqlValue, now])
                guard used.affectedRows > 0 else { return false }
                _ = try connection.execute(Self.voidTokens, [user.sqlValue])
                if let notice { try connection.insert(notice, to: user, at: context.now) }
                try connection.audit(.passwordReset, user: user, context: context)
                return true
            }
        } catch {
            throw StoreError(error)
        }
    }
}
