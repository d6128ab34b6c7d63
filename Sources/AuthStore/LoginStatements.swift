import MariaDB

/// The statements that begin a login.
///
/// The attempt is written and the user is found in one round trip. `RETURNING` gives columns of the
/// new row alone, hence a look-up by the id for each column of the user.
enum LoginStatements {
    /// Values: account key, network, now, remote address, request id, user name key.
    static func begin(claims: [ColumnName]) -> Statement {
        """
        \(part: insertAttempt) \
        \(part: returning(claims))
        """
    }

    /// The same, unless too many have failed: a flood of refused logins writes nothing.
    ///
    /// Logins that begin at the same moment do not see each other here; ``succeed`` and
    /// ``withdraw`` do.
    ///
    /// Values: as above, then account key, start of the window; account key, network, start of being
    /// known, limit for known networks, limit for others; network, start of the window, limit; account
    /// key, network, start of being known.
    static func beginLimited(claims: [ColumnName]) -> Statement {
        """
        \(part: insertAttempt) \
        WHERE (SELECT COUNT(*) FROM attempts AS a WHERE a.account_key = ? AND a.kind = 'login' \
        AND a.outcome IN \(part: failures) \
        AND a.occurred_at > ?) \
        < IF(\(part: isNetworkKnown), ?, ?) \
        AND ((SELECT COUNT(*) FROM attempts AS n WHERE n.network = ? AND n.kind = 'login' \
        AND n.outcome IN \(part: failures) \
        AND n.occurred_at > ?) < ? OR \(part: isNetworkKnown)) \
        \(part: returning(claims))
        """
    }

    /// Values: account key, network, now, remote address, request id, user name key.
    private static let insertAttempt: Statement = """
        INSERT INTO attempts (kind, account_key, network, occurred_at, remote_address, \
        request_id, user_id, outcome) \
        SELECT 'login', ?, ?, ?, ?, ?, u.id, \
        CASE WHEN u.id IS NULL THEN 'no_such_user' WHEN NOT u.is_active THEN 'inactive' \
        WHEN u.password LIKE '!%' THEN 'unusable_password' ELSE 'wrong_password' END \
        FROM (SELECT 1) AS one LEFT JOIN users AS u ON u.username_key = ?
        """

    private static func returning(_ claims: [ColumnName]) -> Statement {
        """
        RETURNING id, user_id, (SELECT password FROM users WHERE users.id = attempts.user_id), \
        (SELECT is_active FROM users WHERE users.id = attempts.user_id), \
        (SELECT session_generation FROM users WHERE users.id = attempts.user_id)\
        \(furtherIdentifiers: claims, between: "(SELECT ", and: " FROM users WHERE users.id = attempts.user_id)")
        """
    }

    private static let failures: Statement =
        "('no_such_user', 'inactive', 'unusable_password', 'wrong_password')"

    /// Values: account key, network, start of being known.
    private static let isNetworkKnown: Statement = """
        EXISTS(SELECT 1 FROM attempts AS g WHERE g.account_key = ? AND g.network = ? \
        AND g.kind = 'login' AND g.outcome = 'succeeded' AND g.occurred_at > ?)
        """

    /// Values: account key, start of the window, id of the attempt; account key, network, start of
    /// being known, limit for known networks, limit for others; network, start of the window, id of
    /// the attempt, limit; account key, network, start of being known.
    private static let tooManyOthersFailed: Statement = """
        ((SELECT COUNT(*) FROM attempts AS a WHERE a.account_key = ? AND a.kind = 'login' \
        AND a.outcome IN \(part: failures) AND a.occurred_at > ? AND a.id <> ?) \
        >= IF(\(part: isNetworkKnown), ?, ?) \
        OR (SELECT COUNT(*) FROM attempts AS n WHERE n.network = ? AND n.kind = 'login' \
        AND n.outcome IN \(part: failures) AND n.occurred_at > ? AND n.id <> ?) >= ? \
        AND NOT \(part: isNetworkKnown))
        """

    /// Marks an attempt as good.
    ///
    /// Values: id of the attempt.
    static let succeed: Statement = "UPDATE attempts SET outcome = 'succeeded' WHERE id = ?"

    /// The same, unless too many others have failed by now.
    ///
    /// Values: id of the attempt, then those of ``tooManyOthersFailed``.
    static let succeedLimited: Statement = """
        UPDATE attempts SET outcome = 'succeeded' WHERE id = ? AND NOT \(part: tooManyOthersFailed)
        """

    /// Takes an attempt that failed back, if too many others have failed by now.
    ///
    /// Every attempt was committed before any of those that began together is judged here. So of
    /// those whose answer tells that the password is wrong, the last to be committed saw all others:
    /// there are no more than the limit says, however many began at once.
    ///
    /// Values: id of the attempt, then those of ``tooManyOthersFailed``.
    static let withdraw: Statement = """
        DELETE FROM attempts WHERE id = ? AND \(part: tooManyOthersFailed)
        """

    /// The failures of account and network.
    ///
    /// Values: account key, network, start of being known; account key, start of the window; network,
    /// start of the window.
    static let countFailures: Statement = """
        SELECT a.failures, a.oldest, n.failures, n.oldest, \
        \(part: isNetworkKnown) \
        FROM (SELECT COUNT(*) AS failures, MIN(occurred_at) AS oldest FROM attempts \
        WHERE account_key = ? AND kind = 'login' \
        AND outcome IN \(part: failures) \
        AND occurred_at > ?) AS a \
        JOIN (SELECT COUNT(*) AS failures, MIN(occurred_at) AS oldest FROM attempts \
        WHERE network = ? AND kind = 'login' \
        AND outcome IN \(part: failures) \
        AND occurred_at > ?) AS n
        """
}
