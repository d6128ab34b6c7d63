public import Auth
import MariaDB

extension MariaDBStore {
    private static let deleteAttempt: Statement = "DELETE FROM attempts WHERE id = ?"

    private static let upgradeHash: Statement =
        "UPDATE users SET password = ? WHERE id = ? AND password = ?"

    private static let setLastLogin: Statement = "UPDATE users SET last_login = ? WHERE id = ?"

    /// Writes the attempt down and finds the user: one statement.
    public func beginLogin(
        usernameKey: String, limits: ThrottleLimits, context: RequestContext
    ) throws(StoreError) -> LoginStart {
        let columns = customFields
        let counted = CountedLogin(usernameKey: usernameKey, limits: limits, context: context)
        let attempt: [SQLValue] = [
            counted.account, counted.network, context.now.sqlValue, context.remoteAddress.sqlValue,
            context.requestID.sqlValue, .text(usernameKey),
        ]
        return try useAgain { connection throws(MariaDBError) in
            let row =
                limits.isEnabled
                ? try connection.queryOne(
                    columns.beginLimitedLogin, attempt + counted.conditionsAtBegin)
                : try connection.queryOne(columns.beginLogin, attempt)
            guard let row else {
                return .throttled(try Self.throttling(counted, on: connection))
            }
            return .begun(
                attempt: try row.unsigned(0), facts: try Self.facts(in: row, columns: columns))
        }
    }

    /// How long it takes until the count lets one more through.
    private static func throttling(
        _ login: CountedLogin, on connection: Connection
    ) throws(MariaDBError) -> Throttled {
        let row = try connection.queryOne(LoginStatements.countFailures, login.valuesOfCount)
        func moment(_ column: Int) throws(MariaDBError) -> Instant? {
            try row?.optionalDateTime(column).map { Instant(unixMicroseconds: $0) }
        }
        let failures = LoginFailures(
            ofAccount: Int(try row?.integer(0) ?? 0), oldestOfAccount: try moment(1),
            ofNetwork: Int(try row?.integer(2) ?? 0), oldestOfNetwork: try moment(3),
            isNetworkKnown: try row?.boolean(4) ?? false)
        return login.limits.refusal(after: failures, at: login.now)
            // The count has fallen meanwhile.
            ?? Throttled(retryAfter: 1)
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

    /// Marks an attempt as good, unless too many others have failed by now.
    public func recordSuccess(
        _ success: LoginSuccess, usernameKey: String, limits: ThrottleLimits,
        context: RequestContext
    ) throws(StoreError) -> Throttled? {
        let counted = CountedLogin(usernameKey: usernameKey, limits: limits, context: context)
        let user = success.user.sqlValue
        let mark: (Statement, [SQLValue]) =
            limits.isEnabled
            ? (LoginStatements.succeedLimited, counted.conditionsAtEnd(of: success.attempt))
            : (LoginStatements.succeed, [.unsigned(success.attempt)])
        func record(_ connection: Connection) throws(MariaDBError) -> Throttled? {
            // No row: too many others have failed.
            let marked = try connection.execute(mark.0, mark.1).affectedRows > 0
            if limits.isEnabled, !marked {
                _ = try connection.execute(Self.deleteAttempt, [.unsigned(success.attempt)])
                return try Self.throttling(counted, on: connection)
            }
            if let hash = success.upgradedHash {
                _ = try connection.execute(
                    Self.upgradeHash, [.text(hash), user, .text(success.presentHash)])
            }
            if success.setsLastLogin {
                _ = try connection.execute(Self.setLastLogin, [context.now.sqlValue, user])
            }
            return nil
        }
        guard success.setsLastLogin || success.upgradedHash != nil else {
            return try useAgain(record)
        }
        do {
            return try transaction(record)
        } catch {
            throw StoreError(error)
        }
    }

    /// Lets an attempt stand as failed, unless too many others have failed by now.
    public func recordFailure(
        attempt: UInt64, usernameKey: String, limits: ThrottleLimits, context: RequestContext
    ) throws(StoreError) -> Throttled? {
        guard limits.isEnabled else { return nil }
        let counted = CountedLogin(usernameKey: usernameKey, limits: limits, context: context)
        let withdrawn = try useAgain { connection throws(MariaDBError) in
            try connection.execute(LoginStatements.withdraw, counted.conditionsAtEnd(of: attempt))
        }
        guard withdrawn.affectedRows > 0 else { return nil }
        return try use { connection throws(MariaDBError) in
            try Self.throttling(counted, on: connection)
        }
    }

    private static let findSomeHashes: Statement = """
        (SELECT password FROM users ORDER BY id LIMIT 500)
        UNION (SELECT password FROM users ORDER BY id DESC LIMIT 500)
        """

    /// The hashes of the first and the last accounts.
    public func sampleOfPasswordHashes() throws(StoreError) -> [String] {
        try use { connection throws(MariaDBError) in
            var hashes: [String] = []
            for row in try connection.query(Self.findSomeHashes, []) {
                hashes.append(try row.text(0))
            }
            return hashes
        }
    }

    /// Takes an attempt back.
    public func cancelAttempt(_ id: UInt64) throws(StoreError) {
        try useAgain { connection throws(MariaDBError) in
            _ = try connection.execute(Self.deleteAttempt, [.unsigned(id)])
        }
    }
}

/// A login and what is counted against it, as values of the statements.
private struct CountedLogin {
    let account: SQLValue
    let network: SQLValue
    let limits: ThrottleLimits
    let now: Instant
    private let windowStart: SQLValue
    private let knownSince: SQLValue

    init(usernameKey: String, limits: ThrottleLimits, context: RequestContext) {
        account = .bytes(AccountKey(compared: usernameKey).bytes)
        network = .text(ClientNetwork(context.remoteAddress).text)
        self.limits = limits
        now = context.now
        windowStart = context.now.advanced(seconds: -ThrottleLimits.window).sqlValue
        // In the future there is no login that would make a network known.
        let lifetime = ThrottleLimits.knownNetworkLifetime
        knownSince =
            context.now.advanced(seconds: limits.knowsNetworks ? -lifetime : lifetime).sqlValue
    }

    private var accountLimits: [SQLValue] {
        [
            .integer(Int64(ThrottleLimits.failuresFromKnownNetworks)),
            .integer(Int64(limits.loginFailuresPerAccount)),
        ]
    }

    /// Of the look whether the account was logged in to from the network.
    private var known: [SQLValue] { [account, network, knownSince] }

    private var networkLimit: SQLValue { .integer(Int64(limits.loginFailuresPerNetwork)) }

    /// The further values of ``LoginStatements/beginLimited(claims:)``.
    var conditionsAtBegin: [SQLValue] {
        [account, windowStart] + known + accountLimits + [network, windowStart, networkLimit]
            + known
    }

    /// The values of ``LoginStatements/withdraw`` and ``LoginStatements/succeedLimited``.
    func conditionsAtEnd(of attempt: UInt64) -> [SQLValue] {
        let id = SQLValue.unsigned(attempt)
        return [id, account, windowStart, id] + known + accountLimits
            + [network, windowStart, id, networkLimit] + known
    }

    /// The values of ``LoginStatements/countFailures``.
    var valuesOfCount: [SQLValue] {
        known + [account, windowStart, network, windowStart]
    }
}
