public import Auth
import MariaDB

extension MariaDBStore {
    private static let markSucceeded: Statement =
        "UPDATE attempts SET outcome = 'succeeded' WHERE id = ?"

    private static let deleteAttempt: Statement = "DELETE FROM attempts WHERE id = ?"

    private static let findOldest: Statement = """
        SELECT LEAST(
            (SELECT MIN(occurred_at) FROM attempts
                WHERE account_key = ? AND kind = 'login' AND occurred_at > ?),
            (SELECT MIN(occurred_at) FROM attempts
                WHERE network = ? AND kind = 'login' AND occurred_at > ?))
        """

    private static let upgradeHash: Statement =
        "UPDATE users SET password = ? WHERE id = ? AND password = ?"

    private static let setLastLogin: Statement = "UPDATE users SET last_login = ? WHERE id = ?"

    /// Writes the attempt down and finds the user: one statement.
    public func beginLogin(
        usernameKey: String, limits: ThrottleLimits, context: RequestContext
    ) throws(StoreError) -> LoginStart {
        let columns = customFields
        let name = SQLValue.text(usernameKey)
        let account = SQLValue.bytes(AccountKey(compared: usernameKey).bytes)
        let network = SQLValue.text(ClientNetwork(context.remoteAddress).text)
        let windowStart = context.now.advanced(seconds: -ThrottleLimits.window).sqlValue
        let knownSince = context.now.advanced(seconds: -ThrottleLimits.knownNetworkLifetime)
            .sqlValue
        let attempt: [SQLValue] = [
            account, network, context.now.sqlValue, context.remoteAddress.sqlValue,
            context.requestID.sqlValue, name,
        ]
        let conditions: [SQLValue] = [
            account, windowStart, account, network, knownSince,
            .integer(Int64(ThrottleLimits.failuresFromKnownNetworks)),
            .integer(Int64(limits.loginFailuresPerAccount)),
            network, windowStart, .integer(Int64(limits.loginFailuresPerNetwork)),
        ]
        return try use { connection throws(MariaDBError) in
            let row =
                limits.isEnabled
                ? try connection.queryOne(columns.beginLimitedLogin, attempt + conditions)
                : try connection.queryOne(columns.beginLogin, attempt)
            guard let row else {
                let oldest = try connection.queryOne(
                    Self.findOldest, [account, windowStart, network, windowStart])
                let moment = try oldest?.optionalDateTime(0)
                return .throttled(
                    Throttled(
                        oldest: moment.map { Instant(unixMicroseconds: $0) }, now: context.now))
            }
            return .begun(
                attempt: try row.unsigned(0), facts: try Self.facts(in: row, columns: columns))
        }
    }

    /// The user whose columns came packed with the attempt.
    private static func facts(
        in row: Row, columns: CustomFieldColumns
    ) throws(MariaDBError) -> LoginFacts? {
        guard let user = try row.optionalUnsigned(1) else { return nil }
        return LoginFacts(
            user: UserID(user), passwordHash: try row.optionalText(2) ?? "!",
            isActive: try row.optionalBoolean(3) ?? false,
            generation: UInt32(truncatingIfNeeded: try row.optionalUnsigned(4) ?? 0),
            accessClaims: try columns.accessClaims(in: row, from: 5))
    }

    /// Marks an attempt as good.
    public func recordSuccess(
        _ success: LoginSuccess, context: RequestContext
    ) throws(StoreError) {
        guard success.setsLastLogin || success.upgradedHash != nil else {
            return try use { connection throws(MariaDBError) in
                _ = try connection.execute(Self.markSucceeded, [.unsigned(success.attempt)])
            }
        }
        do {
            try transaction { connection throws(MariaDBError) in
                let user = success.user.sqlValue
                if let hash = success.upgradedHash {
                    _ = try connection.execute(
                        Self.upgradeHash, [.text(hash), user, .text(success.presentHash)])
                }
                if success.setsLastLogin {
                    _ = try connection.execute(Self.setLastLogin, [context.now.sqlValue, user])
                }
                _ = try connection.execute(Self.markSucceeded, [.unsigned(success.attempt)])
            }
        } catch {
            throw StoreError(error)
        }
    }

    /// Takes an attempt back.
    public func cancelLogin(attempt: UInt64) throws(StoreError) {
        try use { connection throws(MariaDBError) in
            _ = try connection.execute(Self.deleteAttempt, [.unsigned(attempt)])
        }
    }
}
