public import Auth
import MariaDB

extension MariaDBStore {
    private static let findConflicts: Statement = """
        SELECT EXISTS(SELECT 1 FROM users WHERE username_key = ?),
            EXISTS(SELECT 1 FROM users WHERE email_key = ?)
        """

    private static let countAttempt: Statement = """
        INSERT INTO attempts (kind, account_key, network, occurred_at, outcome, remote_address, \
        request_id) \
        SELECT 'registration', ?, ?, ?, 'succeeded', ?, ? FROM (SELECT 1) AS one \
        WHERE (SELECT COUNT(*) FROM attempts AS a WHERE a.network = ? \
        AND a.kind = 'registration' AND a.outcome = 'succeeded' AND a.occurred_at > ?) < ?
        """

    private static let findOldest: Statement = """
        SELECT MIN(occurred_at) FROM attempts
        WHERE network = ? AND kind = 'registration' AND outcome = 'succeeded'
            AND occurred_at > ?
        """

    /// Counts a registration from the network of the client.
    public func countRegistration(
        limits: ThrottleLimits, context: RequestContext
    ) throws(StoreError) -> RegistrationCount {
        let network = ClientNetwork(context.remoteAddress).text
        let windowStart = context.now.advanced(seconds: -ThrottleLimits.window).sqlValue
        let values: [SQLValue] = [
            .bytes(AccountKey(compared: network).bytes), .text(network), context.now.sqlValue,
            context.remoteAddress.sqlValue, context.requestID.sqlValue, .text(network), windowStart,
            .integer(Int64(limits.registrationsPerNetwork)),
        ]
        return try use { connection throws(MariaDBError) in
            let counted = try connection.execute(Self.countAttempt, values)
            guard counted.affectedRows == 0 else { return .counted(attempt: counted.lastInsertID) }
            let oldest = try connection.queryOne(Self.findOldest, [.text(network), windowStart])
            let moment = try oldest?.optionalDateTime(0)
            return .throttled(
                Throttled(oldest: moment.map { Instant(unixMicroseconds: $0) }, now: context.now))
        }
    }

    /// Which of a name and an address are taken; nil is not looked up.
    public func registrationConflicts(
        username: Username?, email: EmailAddress?
    ) throws(StoreError) -> RegistrationConflicts {
        guard username != nil || email != nil else { return RegistrationConflicts() }
        return try use { connection throws(MariaDBError) in
            try Self.conflicts(username, email, on: connection)
        }
    }

    private static func conflicts(
        _ username: Username?, _ email: EmailAddress?, on connection: Connection
    ) throws(MariaDBError) -> RegistrationConflicts {
        let row = try connection.queryOne(
            findConflicts, [(username?.key).sqlValue, (email?.key).sqlValue])
        return RegistrationConflicts(
            username: try row?.boolean(0) ?? false, email: try row?.boolean(1) ?? false)
    }

    /// Writes user, token, mail and audit entry together.
    public func register(
        _ user: NewUser, token: MailedToken, hidesTakenAddress: Bool, context: RequestContext
    ) throws(StoreError) -> RegistrationResult {
        // Made also where it is not needed: statement for statement a taken address is as much work as
        // any other, so that time does not tell it.
        let nowhere = hidesTakenAddress ? Self.addressOfNobody(for: token) : nil
        // Twice: the address may be taken between the look and the writing.
        for mayLookAgain in [hidesTakenAddress, false] {
            do {
                let id = try transaction { connection throws(MariaDBError) in
                    guard let nowhere else {
                        return try write(user, user.email, token, .link, context, on: connection)
                    }
                    guard let owner = try connection.owner(of: user.email) else {
                        return try write(
                            user, user.email, token, .linkLikeNotice, context, on: connection)
                    }
                    return try write(
                        user, nowhere, token, .notice(to: owner), reason: "address_taken", context,
                        on: connection)
                }
                return .registered(id)
            } catch {
                guard let key = error.duplicateKeyName else { throw StoreError(error) }
                guard mayLookAgain, key == "users_email_key" else { break }
            }
        }
        // Both may be taken, and the error names one.
        let conflicts = try registrationConflicts(username: user.username, email: user.email)
        guard !conflicts.isEmpty else {
            throw StoreError(.unavailable, reason: "a user that was in the way has gone again")
        }
        return .conflicting(conflicts)
    }

    private func write(
        _ user: NewUser, _ email: EmailAddress, _ token: MailedToken,
        _ mail: Connection.AccompanyingMail, reason: String? = nil, _ context: RequestContext,
        on connection: Connection
    ) throws(MariaDBError) -> UserID {
        let id = try insert(user, email: email, at: context.now, on: connection)
        try connection.insert(token, for: id, mailing: mail, at: context.now)
        try connection.audit(.userRegistered, reason: reason, user: id, context: context)
        return id
    }

    /// Unlike any other, and of no domain that there can be (RFC 2606 §2).
    private static func addressOfNobody(for token: MailedToken) -> EmailAddress {
        let name = token.messageID.map {
            $0 < 16 ? "0" + String($0, radix: 16) : String($0, radix: 16)
        }
        guard let nowhere = EmailAddress("\(name.joined())@taken.invalid") else {
            preconditionFailure("an address of hexadecimal digits is none")
        }
        return nowhere
    }

    private func insert(
        _ user: NewUser, email: EmailAddress, at now: Instant, on connection: Connection
    ) throws(MariaDBError) -> UserID {
        let values: [SQLValue] =
            [
                .text(user.username.text), .text(user.username.key), .text(email.text),
                .text(email.key), .text(user.passwordHash), now.sqlValue,
            ] + user.customFields.map(\.value.sqlValue)
        return UserID(try connection.execute(customFields.insertUser, values).lastInsertID)
    }
}

extension Connection {
    /// Locked, so that of many at once one leads to a notice.
    private static let findOwner: Statement = "SELECT id FROM users WHERE email_key = ? FOR UPDATE"

    fileprivate func owner(of email: EmailAddress) throws(MariaDBError) -> UserID? {
        try queryOne(Self.findOwner, [.text(email.key)])?.optionalUnsigned(0).map { UserID($0) }
    }
}
