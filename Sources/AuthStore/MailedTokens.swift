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

    /// At most one notice in an hour, so that nobody can fill a mailbox with them.
    private static let insertMailUnlessNoticed: Statement = """
        INSERT INTO mail_outbox
            (message_id, kind, user_id, token_id, recipient, next_attempt_at, created_at, expires_at)
        SELECT ?, ?, id, ?, email, ?, ?, ? FROM users AS u WHERE id = ?
            AND NOT EXISTS (SELECT 1 FROM mail_outbox AS o WHERE o.user_id = u.id
                AND o.kind = 'registration_notice' AND o.created_at > ?)
        """

    /// Not to an address that nobody has confirmed and whose account is closed: it may be a stranger's.
    private static let insertPasswordChanged: Statement = """
        INSERT INTO mail_outbox
            (message_id, kind, user_id, recipient, next_attempt_at, created_at, expires_at)
        SELECT ?, 'password_changed', id, email, ?, ?, ? FROM users
        WHERE id = ? AND (is_active OR email_verified_at IS NOT NULL)
        """

    /// Writes the mail that tells a user of a new password, in the transaction that is open.
    func insert(
        _ notice: PasswordChangedNotice, to user: UserID, at now: Instant
    ) throws(MariaDBError) {
        _ = try execute(
            Self.insertPasswordChanged,
            [
                .bytes(notice.messageID), now.sqlValue, now.sqlValue, notice.expires.sqlValue,
                user.sqlValue,
            ])
    }

    /// Which mail goes with a token.
    enum AccompanyingMail {
        /// The one that carries it.
        case link
        /// The same to an account that is new, written by the statement for notices, for equal time.
        case linkLikeNotice
        /// A notice to another user; the token reaches nobody.
        case notice(to: UserID)
    }

    /// Writes a token and the mail that goes with it, in the transaction that is open.
    ///
    /// The token is bound to the stored address, and the mail goes to the stored spelling.
    ///
    /// - Parameter user: Nil goes through the same statements and writes nothing, for equal time.
    func insert(
        _ token: MailedToken, for user: UserID?, mailing mail: AccompanyingMail = .link,
        at now: Instant
    ) throws(MariaDBError) {
        let user = user?.sqlValue ?? .null
        let (kind, id) = (SQLValue.text(token.purpose.rawValue), SQLValue.bytes(token.id))
        _ = try execute(
            Self.insertToken,
            [
                id, kind, .bytes(token.digest), now.sqlValue, token.expires.sqlValue, user,
            ])
        func values(_ kind: SQLValue, token id: SQLValue, to recipient: SQLValue) -> [SQLValue] {
            [
                .bytes(token.messageID), kind, id, now.sqlValue, now.sqlValue,
                token.expires.sqlValue, recipient,
            ]
        }
        let windowStart = now.advanced(seconds: -ThrottleLimits.window).sqlValue
        switch mail {
        case .link:
            _ = try execute(Self.insertMail, values(kind, token: id, to: user))
        case .linkLikeNotice:
            _ = try execute(
                Self.insertMailUnlessNoticed, values(kind, token: id, to: user) + [windowStart])
        case .notice(let owner):
            let notice = values(.text("registration_notice"), token: .null, to: owner.sqlValue)
            _ = try execute(Self.insertMailUnlessNoticed, notice + [windowStart])
        }
    }
}
