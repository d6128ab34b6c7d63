import Auth
import AuthStore
import MariaDB
import Testing

@Suite("Purging")
struct PurgeTests {
    private static let now = AdministrationWorkplace.now

    private static func rule(auditDays: Int = 365, unverifiedDays: Int = 0) -> PurgeRule {
        PurgeRule(at: now, mailDays: 14, auditDays: auditDays, unverifiedDays: unverifiedDays)
    }

    private static func purge(
        _ place: AdministrationWorkplace, _ rule: PurgeRule = rule(), batchSize: Int = 1000,
        settings: ConnectionSettings? = nil, pause: @escaping (Duration) -> Void = { _ in }
    ) -> Purge {
        Purge(
            settings ?? place.settings, rule: rule,
            pace: PurgePace(batchSize: batchSize, hurries: true), context: place.context,
            sleep: pause)
    }

    /// One row for each table, as old as said.
    private static func fill(_ place: AdministrationWorkplace, secondsAgo: Int64, tag: UInt8) throws
    {
        let moment = SQLValue.dateTime(
            unixMicroseconds: now.advanced(seconds: -secondsAgo).unixMicroseconds)
        let id = [UInt8](repeating: tag, count: 16)
        let digest = [UInt8](repeating: tag, count: 32)
        try place.run(
            """
            INSERT INTO refresh_token_blacklist (token_id, reason, blacklisted_at, expires_at)
            VALUES (\(id), 'logout', \(moment), \(moment))
            """)
        try place.run(
            """
            INSERT INTO one_time_tokens
                (id, purpose, user_id, email_key, digest, created_at, expires_at)
            VALUES (\(id), 'verify_email', 1, 'x', \(digest), \(moment), \(moment))
            """)
        try place.run(
            """
            INSERT INTO mail_outbox (message_id, kind, user_id, recipient, state, next_attempt_at,
                created_at, expires_at, finished_at)
            VALUES (\(id), 'verify_email', 1, 'x', 'sent', \(moment), \(moment), \(moment), \(moment))
            """)
        try place.run(
            """
            INSERT INTO attempts (kind, account_key, network, occurred_at, outcome)
            VALUES ('login', \(id), '192.0.2.1', \(moment), 'wrong_password')
            """)
        try place.run(
            "INSERT INTO audit_events (occurred_at, event) VALUES (\(moment), 'user_activated')")
    }

    /// How old something is, in seconds, when it may just go.
    private static let limits: [(subject: Purge.Subject, seconds: Int64)] = [
        (.endedTokens, 3600), (.links, 3600), (.mails, 14 * 86400), (.attempts, 365 * 86400),
        (.auditEvents, 365 * 86400),
    ]

    @Test("what is at its limit goes, what is a second younger stays", arguments: 0..<5)
    func limit(_ index: Int) throws {
        let (subject, seconds) = Self.limits[index]
        try AdministrationWorkplace.with { place in
            try place.register("ada", at: Self.now)
            try Self.fill(place, secondsAgo: seconds, tag: 1)
            try Self.fill(place, secondsAgo: seconds - 1, tag: 2)
            let purge = Self.purge(place)
            #expect(try purge.count(subject) == 1)
            #expect(try purge.count(subject) == 1)
            #expect(try purge.remove(subject) == 1)
            #expect(try purge.count(subject) == 0)
            #expect(try purge.remove(subject) == 0)
        }
    }

    @Test("with 0 days the trail is kept for ever")
    func keepsTrail() throws {
        try AdministrationWorkplace.with { place in
            try place.register("ada", at: Self.now)
            try Self.fill(place, secondsAgo: 40 * 365 * 86400, tag: 1)
            let purge = Self.purge(place, Self.rule(auditDays: 0))
            for subject in [Purge.Subject.attempts, .auditEvents] {
                #expect(try purge.count(subject) == 0)
                #expect(try purge.remove(subject) == 0)
            }
            #expect(try place.number("SELECT COUNT(*) FROM attempts") == 1)
        }
    }

    @Test("good logins are kept as long as the throttle looks back at them")
    func keepsKnownNetworks() throws {
        try AdministrationWorkplace.with { place in
            try place.register("ada", at: Self.now)
            try Self.fill(place, secondsAgo: 30 * 86400 - 1, tag: 1)
            try Self.fill(place, secondsAgo: 30 * 86400, tag: 2)
            let purge = Self.purge(place, Self.rule(auditDays: 1))
            #expect(try purge.remove(.attempts) == 1)
            #expect(try purge.remove(.auditEvents) == 2)
        }
    }

    @Test("the trail itself says that it was cut, and by whom")
    func auditsTheCut() throws {
        try AdministrationWorkplace.with { place in
            try place.register("ada", at: Self.now)
            for tag in UInt8(1)...5 {
                try Self.fill(place, secondsAgo: 400 * 86400, tag: tag)
            }
            #expect(try Self.purge(place, batchSize: 2).remove(.auditEvents) == 5)
            #expect(
                try place.number(
                    """
                    SELECT COUNT(*) FROM audit_events
                    WHERE event = 'audit_purged' AND actor = 'grace'
                    """) == 1)
        }
    }

    @Test("an abandoned mail stays as long as its link works, and a queued one always")
    func keepsMails() throws {
        try AdministrationWorkplace.with { place in
            try place.register("ada", at: Self.now)
            for tag in UInt8(1)...3 { try Self.fill(place, secondsAgo: 20 * 86400, tag: tag) }
            let later = SQLValue.dateTime(
                unixMicroseconds: Self.now.advanced(seconds: 60).unixMicroseconds)
            try place.run(
                "UPDATE mail_outbox SET state = 'abandoned', expires_at = \(later) WHERE id = 2")
            try place.run("UPDATE mail_outbox SET state = 'abandoned' WHERE id = 3")
            #expect(try Self.purge(place).remove(.mails) == 2)
            #expect(
                try place.connection.query("SELECT id FROM mail_outbox ORDER BY id")
                    .map { try $0.unsigned(0) } == [1, 2])
        }
    }

    @Test("rows go in batches with a pause between two", arguments: [19, 20, 21])
    func batches(_ count: Int) throws {
        try AdministrationWorkplace.with { place in
            try place.register("ada", at: Self.now)
            for tag in 1...count {
                try Self.fill(place, secondsAgo: 86400, tag: UInt8(tag))
            }
            var pauses = 0
            let purge = Self.purge(place, batchSize: 10) { _ in pauses += 1 }
            #expect(try purge.remove(.endedTokens) == count)
            #expect(pauses == count / 10)
        }
    }

    @Test("a batch of more rows than one statement takes goes whole")
    func largeBatch() throws {
        try AdministrationWorkplace.with { place in
            try place.run(
                """
                INSERT INTO refresh_token_blacklist (token_id, reason, blacklisted_at, expires_at)
                SELECT UNHEX(MD5(seq)), 'logout', '2026-01-01', '2026-01-02' FROM seq_1_to_1234
                """)
            var pauses = 0
            #expect(try Self.purge(place) { _ in pauses += 1 }.remove(.endedTokens) == 1234)
            #expect(pauses == 1)
        }
    }

    @Test("a request that writes at the same time is neither waited for nor held up")
    func doesNotBlock() throws {
        try AdministrationWorkplace.with { place in
            try place.register("ada", at: Self.now)
            try Self.fill(place, secondsAgo: 86400, tag: 1)
            var settings = place.settings
            settings.lockWaitTimeout = 1
            let request = try Connection(settings)
            try request.transaction { request throws(MariaDBError) in
                _ = try request.execute(
                    """
                    INSERT INTO refresh_token_blacklist
                        (token_id, reason, blacklisted_at, expires_at)
                    VALUES (\([UInt8](repeating: 2, count: 16)), 'logout', '2026-06-01', '2026-06-03')
                    """)
                let removed = try? Self.purge(place).remove(.endedTokens)
                #expect(removed == 1)
            }
            #expect(try place.number("SELECT COUNT(*) FROM refresh_token_blacklist") == 1)
        }
    }

    @Test("the rights of the account that the timer has are enough")
    func leastRights() throws {
        try AdministrationWorkplace.with { place in
            let account = try TemporaryAccount(.worker, on: place)
            defer { account.drop() }
            try place.register("ada", at: Self.now)
            try Self.fill(place, secondsAgo: 400 * 86400, tag: 1)
            let purge = Self.purge(
                place, Self.rule(unverifiedDays: 10), settings: account.settings)
            for subject in Purge.Subject.allCases where subject != .unverifiedAccounts {
                #expect(try purge.remove(subject) == 1)
            }
            try place.run("UPDATE users SET date_joined = '2026-01-01'")
            try place.run("DELETE FROM one_time_tokens")
            #expect(throws: MariaDBError.statementFailed(.tableAccessDenied)) {
                try purge.remove(.unverifiedAccounts)
            }
        }
    }
}
