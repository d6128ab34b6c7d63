import Auth
import MariaDB

extension Connection {
    private static let insertToken: Statement = """
        INSERT INTO one_time_tokens
            (id, purpose, user_id, email_key, digest, created_at, expires_at)
        SELECT ?, ?, id, email_key, ?, ?, ? FROM users WHERE id = ?
        """

    private static let insertMail: Statement = """
        INSERT INTO mail_outbox
            (message_id, kind, user_id, token_id, recipient, next_attempt_at, created_at, expires_at)
        SELECT ?, ?, id, ?, email, ?, ?, ? FROM users WHERE id = ?
        """

    /// Writes a token and the mail that carries it, in the transaction that is open.
    ///
    /// The token is bound to the stored address, and the mail goes to the stored spelling.
    ///
    /// - Parameter user: Nil goes through the same statements and writes nothing, for equal time.
    func insert(
        _ token: MailedToken, for user: UserID?, at now: Instant
    ) throws(MariaDBError) {
        let user = user?.sqlValue ?? .null
        _ = try execute(
            Self.insertToken,
            [
                .bytes(token.id), .text(token.purpose.rawValue), .bytes(token.digest), now.sqlValue,
                token.expires.sqlValue, user,
            ])
        _ = try execute(
            Self.insertMail,
            [
                .bytes(token.messageID), .text(token.purpose.rawValue), .bytes(token.id),
                now.sqlValue, now.sqlValue, token.expires.sqlValue, user,
            ])
    }
}
