import MariaDB

/// The statements that begin a login.
///
/// The attempt is written and the user is found in one round trip. `RETURNING` gives columns of the
/// new row alone, hence a look-up by the id for each column of the user.
enum LoginStatements {
    /// Values: account key, network, now, remote address, request id, user name key.
    static func begin(claims: [ColumnName]) -> Statement {
        """
        INSERT INTO attempts (kind, account_key, network, occurred_at, remote_address, \
        request_id, user_id, outcome) \
        SELECT 'login', ?, ?, ?, ?, ?, u.id, \
        CASE WHEN u.id IS NULL THEN 'no_such_user' WHEN NOT u.is_active THEN 'inactive' \
        WHEN u.password LIKE '!%' THEN 'unusable_password' ELSE 'wrong_password' END \
        FROM (SELECT 1) AS one LEFT JOIN users AS u ON u.username_key = ? \
        RETURNING id, user_id, (SELECT password FROM users WHERE id = user_id), \
        (SELECT is_active FROM users WHERE id = user_id), \
        (SELECT session_generation FROM users WHERE id = user_id)\
        \(furtherIdentifiers: claims, between: "(SELECT ", and: " FROM users WHERE id = user_id)")
        """
    }

    /// The same, unless too many have failed.
    ///
    /// Values: as above, then account key, start of the window; account key, network, start of being
    /// known, limit for known networks, limit for others; network, start of the window, limit.
    static func beginLimited(claims: [ColumnName]) -> Statement {
        """
        INSERT INTO attempts (kind, account_key, network, occurred_at, remote_address, \
        request_id, user_id, outcome) \
        SELECT 'login', ?, ?, ?, ?, ?, u.id, \
        CASE WHEN u.id IS NULL THEN 'no_such_user' WHEN NOT u.is_active THEN 'inactive' \
        WHEN u.password LIKE '!%' THEN 'unusable_password' ELSE 'wrong_password' END \
        FROM (SELECT 1) AS one LEFT JOIN users AS u ON u.username_key = ? \
        WHERE (SELECT COUNT(*) FROM attempts AS a WHERE a.account_key = ? AND a.kind = 'login' \
        AND a.outcome <> 'succeeded' AND a.occurred_at > ?) \
        < IF(EXISTS(SELECT 1 FROM attempts AS g WHERE g.account_key = ? AND g.network = ? \
        AND g.kind = 'login' AND g.outcome = 'succeeded' AND g.occurred_at > ?), ?, ?) \
        AND (SELECT COUNT(*) FROM attempts AS n WHERE n.network = ? AND n.kind = 'login' \
        AND n.outcome <> 'succeeded' AND n.occurred_at > ?) < ? \
        RETURNING id, user_id, (SELECT password FROM users WHERE id = user_id), \
        (SELECT is_active FROM users WHERE id = user_id), \
        (SELECT session_generation FROM users WHERE id = user_id)\
        \(furtherIdentifiers: claims, between: "(SELECT ", and: " FROM users WHERE id = user_id)")
        """
    }
}
