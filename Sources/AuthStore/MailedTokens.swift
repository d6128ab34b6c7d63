import Auth
import MariaDB

extension Connection {
    private static let insertToken: Statement = """
        INSERT INTO one_time_tokens
            (id, purpose, user_id, email_key, digest, created_at, expires_at)
        VALUES (?, ?, ?, ?, ?, ?, ?)
        """

    private static let insertMail: Statement = """
        INSERT INTO mail_outbox
            (message_id, kind, user_id, token_id, recipient, next_attempt_at, created_at, expires_at)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?)
        """

    /// Writes a token and the mail that carries it, in the transaction that is open.
    ///
    /// - Parameters:
    ///   - emailKey: The compared form of the address that the token is bound to.
    ///   - recipient: The stored address of the user.
    func insert(
        _ token: MailedToken, for user: UserID, emailKey: String, recipient: String, at now: Instant
    ) throws(MariaDBError) {
        _ = try execute(
            Self.insertToken,
            [
                .bytes(token.id), .text(token.purpose.rawValue), user.sqlValue, .text(emailKey),
                .bytes(token.digest), now.sqlValue, token.expires.sqlValue,
            ])
        _ = try execute(
            Self.insertMail,
            [
                .bytes(token.messageID), .text(token.purpose.rawValue), user.sqlValue,
                .bytes(token.id), .text(recipient), now.sqlValue, now.sqlValue,
                token.expires.sqlValue,
            ])
    }
}
