import Auth
import MariaDB

/// What is written to `audit_events`.
enum AuditEvent: String {
    case userRegistered = "user_registered"
    case emailVerified = "email_verified"
    case passwordResetRequested = "password_reset_requested"
    case passwordResetRefused = "password_reset_refused"
    case passwordReset = "password_reset"
    case userCreated = "user_created"
    case userActivated = "user_activated"
    case userDeactivated = "user_deactivated"
    case userDeleted = "user_deleted"
    case passwordSet = "password_set"
    case sessionsEnded = "sessions_ended"
    case refreshTokenReused = "refresh_token_reused"
    case verificationResent = "verification_resent"
    case mailRetried = "mail_retried"
    case auditPurged = "audit_purged"
}

extension Connection {
    private static let insertAuditEvent: Statement = """
        INSERT INTO audit_events
            (occurred_at, event, reason, user_id, actor, remote_address, request_id)
        VALUES (?, ?, ?, ?, ?, ?, ?)
        """

    /// Writes one line of the audit trail, in the transaction that is open if one is.
    func audit(
        _ event: AuditEvent, reason: String? = nil, user: UserID?, context: RequestContext
    ) throws(MariaDBError) {
        _ = try execute(
            Self.insertAuditEvent,
            [
                context.now.sqlValue, .text(event.rawValue), reason.sqlValue,
                user?.sqlValue ?? .null, .text(context.actor), context.remoteAddress.sqlValue,
                context.requestID.sqlValue,
            ])
    }
}
