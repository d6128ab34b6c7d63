import Auth
import MariaDB

/// Accounts that registered here and were never verified.
///
/// Only one that registered by itself counts, and never was active: an account that an administrator
/// made, took over from another system or deactivated is inactive for other reasons. The audit trail
/// and the session generation tell.
extension Purge {
    static let countUnverified: Statement = """
        SELECT COUNT(*) FROM users AS u WHERE \(part: isUnverified)
        """

    /// Values: until when they joined, now.
    private static let isUnverified: Statement = """
        u.date_joined <= ? AND u.email_verified_at IS NULL AND NOT u.is_active
            AND u.session_generation = 0 AND u.last_login IS NULL
            AND NOT EXISTS (SELECT 1 FROM one_time_tokens AS t
                WHERE t.user_id = u.id AND t.expires_at > ?)
            AND EXISTS (SELECT 1 FROM audit_events AS a
                WHERE a.user_id = u.id AND a.event = 'user_registered')
            AND NOT EXISTS (SELECT 1 FROM audit_events AS a
                WHERE a.user_id = u.id AND a.event IN ('user_created', 'user_activated'))
        """

    /// Looks at a stretch of users by number, whatever they are: its time has a bound.
    private static let findStretch: Statement = """
        SELECT MAX(id) FROM (SELECT id FROM users WHERE id > ? ORDER BY id LIMIT ?) AS stretch
        """

    private static let findUnverified: Statement = """
        SELECT u.id FROM users AS u
        WHERE u.id > ? AND u.id <= ? AND \(part: isUnverified)
        ORDER BY u.id LIMIT ?
        """

    /// The conditions on the row again: it may have been verified, or sent another link, a moment ago.
    private static let deleteUnverified: Statement = """
        DELETE FROM users
        WHERE id = ? AND email_verified_at IS NULL AND NOT is_active AND session_generation = 0
            AND NOT EXISTS (SELECT 1 FROM one_time_tokens AS t
                WHERE t.user_id = users.id AND t.expires_at > ?)
        """

    /// How many users are looked at in one go; most of them stay.
    private static let stretchSize: Int64 = 200

    func removeUnverifiedAccounts() throws(MariaDBError) -> Int {
        guard let until = rule.unverifiedUntil else { return 0 }
        let now = context.now.sqlValue
        var (removed, last): (Int, UInt64) = (0, 0)
        while true {
            let stretch = try connection.use { connection throws(MariaDBError) in
                try connection.queryOne(
                    Self.findStretch, [.unsigned(last), .integer(Self.stretchSize)])?
                    .optionalUnsigned(0)
            }
            guard let end = stretch else { return removed }
            let limit = batchSize
            let (done, took) = try batch { connection throws(MariaDBError) in
                let found = try connection.query(
                    Self.findUnverified,
                    [
                        .unsigned(last), .unsigned(end), until.sqlValue, now,
                        .integer(Int64(limit)),
                    ])
                var count = 0
                for row in found {
                    let id = UserID(try row.unsigned(0))
                    let result = try connection.execute(Self.deleteUnverified, [id.sqlValue, now])
                    guard result.affectedRows > 0 else { continue }
                    try connection.audit(
                        .userDeleted, reason: "never_verified", user: id, context: context)
                    count += 1
                }
                // Where the limit cut the list, the rest of the stretch is looked at again.
                let isCut = found.count == limit
                return (count: count, last: isCut ? try found[limit - 1].unsigned(0) : end)
            }
            removed += done.count
            last = done.last
            pause(took)
        }
    }
}
