import Auth
import AuthStore
import AuthTesting
import Cryptography
import Foundation
import MariaDB
import Testing

@Suite("spent refresh tokens in the database")
struct TokenReuseTests {
    private static let now = AdministrationWorkplace.now
    /// In seconds.
    private static let gracePeriod: Int64 = 30

    /// What a responder has: an account with its rights and no more, and the feature over it.
    private struct Responder {
        let store: MariaDBStore
        let issuer: TokenIssuer

        init(_ settings: ConnectionSettings) throws {
            store = MariaDBStore(
                settings, gate: ConnectionGate(), customFields: try CustomFieldColumns([]))
            issuer = try TestTokens.issuer {
                $0.rotatesRefreshTokens = true
                $0.rotationGracePeriod = TokenReuseTests.gracePeriod
            }
        }

        func logIn(_ user: UserID) -> String {
            return issuer.issuePair(
                for: user, generation: 0, accessClaims: [], at: now, from: SystemRandom()
            ).refresh
        }

        func refresh(_ token: String, after seconds: Int64 = 0) throws -> String {
            try #require(
                try TokenRefresh(issuer: issuer).refresh(
                    token, store: store,
                    context: RequestContext(
                        now: now.advanced(seconds: seconds), remoteAddress: "192.0.2.7",
                        requestID: "abc")
                ).refresh)
        }

        /// `refused`, `reused`, or what else went wrong.
        func refusal(_ token: String, after seconds: Int64) throws -> String {
            let failure = try #require(throws: TokenRefresh.Failure.self) {
                try refresh(token, after: seconds)
            }
            return switch failure {
            case .refused(.token(.blacklisted), user: UserID(1)): "refused"
            case .reused(user: UserID(1)): "reused"
            default: "\(failure)"
            }
        }

        /// The key of a token in the blacklist.
        func key(_ token: String) throws -> [UInt8] {
            try issuer.check(token, as: .refresh, at: now.advanced(seconds: 60)).id.blacklistKey
        }
    }

    private static func with(
        _ body: (AdministrationWorkplace, Responder) throws -> Void
    ) throws {
        try AdministrationWorkplace.with { place in
            let user = try place.register("ada")
            _ = try place.store.activate(user, context: place.context)
            try place.run("DELETE FROM audit_events")
            let account = try TemporaryAccount(.responder, on: place)
            defer { account.drop() }
            try body(place, try Responder(account.settings))
        }
    }

    private static func rows(_ place: AdministrationWorkplace) throws -> [String] {
        try place.connection.query(
            """
            SELECT CONCAT_WS(' ', reason, user_id, blacklisted_at, expires_at, successor_expires_at)
            FROM refresh_token_blacklist ORDER BY blacklisted_at, token_id
            """
        ).map { try $0.text(0) }
    }

    @Test("who lost the answer gets the same token, made anew from the row")
    func lostAnswer() throws {
        try Self.with { place, responder in
            let token = responder.logIn(UserID(1))
            let successor = try responder.refresh(token)
            #expect(try responder.refresh(token, after: 29) == successor)
            #expect(
                try Self.rows(place) == [
                    "rotation 1 2026-06-01 12:00:00.000000 2026-06-02 12:00:00.000000 "
                        + "2026-06-02 12:00:00.000000"
                ])
            let next = try responder.refresh(successor, after: 5)
            #expect(try responder.refresh(successor, after: 6) == next)
            #expect(try responder.refusal(token, after: 29) == "refused")
            #expect(try place.number("SELECT COUNT(*) FROM audit_events") == 0)
        }
    }

    @Test("of fifty refreshes at once, over several connections, all get the same successor")
    func atOnce() throws {
        try Self.with { place, responder in
            let (settings, token) = (place.settings, responder.logIn(UserID(1)))
            let all = (0..<50).map { _ in
                Background { try Responder(settings).refresh(token) }
            }
            let successors = try Set(all.map { try $0.value() })
            #expect(successors.count == 1)
            #expect(try place.number("SELECT COUNT(*) FROM refresh_token_blacklist") == 1)
        }
    }

    @Test("reuse ends the newest token for as long as it lives, and is one event of the trail")
    func reuse() throws {
        try Self.with { place, responder in
            let token = responder.logIn(UserID(1))
            var newest = token
            for second in 1...3 { newest = try responder.refresh(newest, after: Int64(second)) }
            #expect(try responder.refusal(token, after: 40) == "reused")
            #expect(try responder.refusal(newest, after: 41) == "refused")
            #expect(try responder.refusal(token, after: 42) == "refused")
            #expect(
                try Self.rows(place).last
                    == "reuse 1 2026-06-01 12:00:40.000000 2026-06-02 12:00:03.000000")
            #expect(
                try place.events(of: UserID(1)) == ["refresh_token_reused client"])
            let trail = try place.store.auditEvents(.init())
            #expect(
                trail.map(\.event) == [
                    "refresh_token_rotated", "refresh_token_rotated", "refresh_token_rotated",
                    "refresh_token_reused",
                ])
            #expect(trail.last?.remoteAddress == "192.0.2.7")
            #expect(trail.last?.requestID == "abc")
            #expect(try place.number("SELECT COUNT(*) FROM audit_trail") == 4)
        }
    }

    @Test(
        "a logout with a spent token ends the newest as a logout does, and is no event of its own")
    func logout() throws {
        try Self.with { place, responder in
            let token = responder.logIn(UserID(1))
            let newest = try responder.refresh(try responder.refresh(token), after: 1)
            let logout = Logout(issuer: responder.issuer, acceptsAnyToken: true)
            let context = RequestContext(
                now: Self.now.advanced(seconds: 2), remoteAddress: nil, requestID: nil)
            for _ in 0..<2 {
                #expect(
                    try logout.logOut(token, store: responder.store, context: context) == UserID(1))
            }
            #expect(try responder.refusal(token, after: 3) == "refused")
            #expect(try responder.refusal(newest, after: 3) == "refused")
            #expect(
                try Self.rows(place).last
                    == "logout 1 2026-06-01 12:00:02.000000 2026-06-02 12:00:01.000000")
            #expect(try place.number("SELECT COUNT(*) FROM audit_events") == 0)
        }
    }

    /// Makes a chain of so many spent tokens after a successor, and ends with one that is not spent.
    private static func lengthen(
        _ place: AdministrationWorkplace, after successor: [UInt8], by count: Int
    ) throws {
        try place.run(
            """
            INSERT INTO refresh_token_blacklist
            SELECT IF(seq = 1, \(successor), UNHEX(MD5(seq))), 1, 'rotation', '2026-06-01 12:00:01',
                '2026-06-02 12:00:01', UNHEX(MD5(seq + 1)), '2026-06-02 12:00:02'
            FROM seq_1_to_20000 WHERE seq <= \(count)
            """)
    }

    @Test("a long chain is followed to its end", arguments: [1, 999, 1000, 1001, 2000, 8640])
    func longChain(length: Int) throws {
        try Self.with { place, responder in
            let token = responder.logIn(UserID(1))
            let successor = try responder.refresh(token)
            try Self.lengthen(place, after: try responder.key(successor), by: length)
            let start = ContinuousClock.now
            #expect(try responder.refusal(token, after: 40) == "reused")
            print("a chain of \(length): \(ContinuousClock.now - start)")
            #expect(
                try place.number(
                    """
                    SELECT COUNT(*) FROM refresh_token_blacklist
                    WHERE reason = 'reuse' AND token_id = UNHEX(MD5(\(length + 1)))
                    """) == 1)
        }
    }

    /// Ends all sessions, since the newest token is not known.
    private static func expectEndOfSessions(
        _ place: AdministrationWorkplace, _ responder: Responder, by token: String,
        after seconds: Int64 = 40
    ) throws {
        let other = responder.logIn(UserID(1))
        #expect(try responder.refusal(token, after: seconds) == "reused")
        #expect(
            try place.events(of: UserID(1)) == [
                "sessions_ended client", "refresh_token_reused client",
            ])
        #expect(try place.number("SELECT session_generation FROM users WHERE id = 1") == 1)
        let failure = try #require(throws: TokenRefresh.Failure.self) {
            try responder.refresh(other, after: seconds)
        }
        guard case .refused(.sessionEnded, _) = failure else { throw failure }
        // That is told once, too.
        #expect(try responder.refusal(token, after: seconds + 1) == "refused")
        #expect(try place.events(of: UserID(1)).count == 2)
    }

    @Test("a chain that somebody made too long to follow ends all sessions of the user")
    func tooLongChain() throws {
        try Self.with { place, responder in
            let token = responder.logIn(UserID(1))
            let successor = try responder.refresh(token)
            try Self.lengthen(place, after: try responder.key(successor), by: 20000)
            try Self.expectEndOfSessions(place, responder, by: token)
        }
    }

    @Test("a rotation by a program that kept no successor ends all sessions of the user")
    func missingSuccessor() throws {
        try Self.with { place, responder in
            let token = responder.logIn(UserID(1))
            _ = try responder.refresh(try responder.refresh(token, after: 1), after: 2)
            try place.run(
                """
                UPDATE refresh_token_blacklist SET successor_id = NULL, successor_expires_at = NULL
                ORDER BY token_id DESC LIMIT 1
                """)
            try Self.expectEndOfSessions(place, responder, by: token)
        }
    }

    @Test("a chain of which a piece was purged ends all sessions of the user")
    func purgedPiece() throws {
        try Self.with { place, responder in
            // The settings of later: its successors live for a minute only.
            let token = responder.logIn(UserID(1))
            _ = try responder.refresh(try responder.refresh(token, after: 1), after: 2)
            try place.run(
                "UPDATE refresh_token_blacklist SET successor_expires_at = '2026-06-01 12:01'")
            try place.run("DELETE FROM refresh_token_blacklist ORDER BY token_id DESC LIMIT 1")
            try Self.expectEndOfSessions(place, responder, by: token, after: 3660 + 1)
        }
    }

    @Test("the purge leaves every chain whole that begins with a token which is still good")
    func purge() throws {
        try Self.with { place, responder in
            let token = responder.logIn(UserID(1))
            var newest = token
            for step in 1...10 { newest = try responder.refresh(newest, after: Int64(step) * 3600) }
            // The first token expires now.
            let end: Int64 = 86400
            let purge = Purge(
                place.settings,
                rule: PurgeRule(
                    at: Self.now.advanced(seconds: end), mailDays: 1, auditDays: 0,
                    unverifiedDays: 0),
                pace: PurgePace(batchSize: 100, hurries: true), context: place.context
            ) { _ in }
            #expect(try purge.remove(.endedTokens) == 0)
            #expect(try responder.refusal(token, after: end - 1) == "reused")
            #expect(try responder.refusal(newest, after: end) == "refused")
        }
    }

    @Test("a refresh with the newest token at the same moment saves nobody")
    func raceAtTheEnd() throws {
        try Self.with { place, responder in
            let token = responder.logIn(UserID(1))
            let successor = try responder.refresh(token)
            let key = try responder.key(successor)
            var patient = place.settings
            patient.lockWaitTimeout = 60
            patient.readTimeout = 120
            patient.statementTimeout = 0
            let settings = patient
            let next = [UInt8](repeating: 7, count: 16)
            let rival = try Connection(place.settings)
            // The refresh of somebody else is not committed when the reuse is found …
            let reuse = try rival.transaction { rival throws(MariaDBError) in
                _ = try rival.execute(
                    """
                    INSERT INTO refresh_token_blacklist VALUES (\(key), 1, 'rotation',
                        '2026-06-01 12:00:40', '2026-06-02', \(next), '2026-06-02 12:00:40')
                    """)
                let reuse = Background {
                    try Responder(settings).refusal(token, after: 40)
                }
                place.waitForLockWait()
                return reuse
            }
            // … and is when it wants to end the successor.
            #expect(try reuse.value() == "reused")
            #expect(
                try place.number(
                    """
                    SELECT COUNT(*) FROM refresh_token_blacklist
                    WHERE reason = 'reuse' AND token_id = \(next)
                    """) == 1)
        }
    }
}

extension AdministrationWorkplace {
    /// Until a transaction in this server waits for a row; fails the test after a minute.
    fileprivate func waitForLockWait() {
        let deadline = ContinuousClock.now + .seconds(60)
        while (try? number("SELECT COUNT(*) FROM information_schema.INNODB_LOCK_WAITS")) ?? 0 == 0 {
            guard ContinuousClock.now < deadline else {
                Issue.record("nobody waits for a row")
                return
            }
            // The server makes this table anew only when nobody has read it for 100 ms.
            usleep(150_000)
        }
    }
}
