import Auth
import AuthStore
import MariaDB
import Testing

@Suite("What an administrator reads in the trail")
struct AuditReadingTests {
    private static let now = AdministrationWorkplace.now

    private static func read(
        _ place: AdministrationWorkplace,
        _ change: (inout AdministrationStore.AuditQuery) -> Void = { _ in }
    ) throws -> [AdministrationStore.AuditLine] {
        var query = AdministrationStore.AuditQuery()
        change(&query)
        return try place.store.auditEvents(query)
    }

    /// Two users with events in all three tables that make the trail.
    private static func fill(_ place: AdministrationWorkplace) throws {
        let ada = try place.register("ada")
        try place.register("bob")
        _ = try place.store.activate(ada, context: place.context)
        func moment(_ seconds: Int64) -> SQLValue {
            .dateTime(unixMicroseconds: now.advanced(seconds: seconds).unixMicroseconds)
        }
        let key = [UInt8](repeating: 1, count: 16)
        for (seconds, outcome) in [(Int64(1), "wrong_password"), (2, "succeeded")] {
            try place.run(
                """
                INSERT INTO attempts (kind, account_key, network, occurred_at, outcome, user_id,
                    remote_address, request_id)
                VALUES ('login', \(key), '192.0.2.1', \(moment(seconds)), \(outcome), 1, '192.0.2.1',
                    'abc')
                """)
        }
        try place.run(
            """
            INSERT INTO attempts (kind, account_key, network, occurred_at, outcome)
            VALUES ('registration', \(key), '192.0.2.1', \(moment(2)), 'succeeded')
            """)
        try place.run(
            """
            INSERT INTO refresh_token_blacklist
                (token_id, user_id, reason, blacklisted_at, expires_at)
            VALUES (\(key), 1, 'logout', \(moment(3)), \(moment(9)))
            """)
    }

    @Test("events of all tables stand in the order of their times")
    func joins() throws {
        try AdministrationWorkplace.with { place in
            try Self.fill(place)
            #expect(
                try Self.read(place).map(\.event) == [
                    "user_registered", "user_registered", "user_activated", "login_refused",
                    "login_succeeded", "logged_out",
                ])
            // The view is the same trail, without a limit.
            #expect(try place.number("SELECT COUNT(*) FROM audit_trail") == 6)
        }
    }

    @Test("an event tells who, why, from where and under which id")
    func tells() throws {
        try AdministrationWorkplace.with { place in
            try Self.fill(place)
            let refused = try #require(try Self.read(place) { $0.event = "login_refused" }.first)
            #expect(refused.occurred == Self.now.advanced(seconds: 1))
            #expect(refused.reason == "wrong_password")
            #expect(refused.user == UserID(1))
            #expect(refused.username == "ada")
            #expect(refused.actor == "client")
            #expect(refused.remoteAddress == "192.0.2.1")
            #expect(refused.requestID == "abc")
            let activated = try #require(try Self.read(place) { $0.event = "user_activated" }.first)
            #expect(activated.actor == "grace")
        }
    }

    @Test("events are chosen by account, name and time, and the newest are taken")
    func filters() throws {
        try AdministrationWorkplace.with { place in
            try Self.fill(place)
            #expect(
                try Self.read(place) { $0.user = UserID(2) }.map(\.event) == ["user_registered"])
            #expect(try Self.read(place) { $0.user = UserID(1) }.count == 5)
            #expect(try Self.read(place) { $0.event = "user_registered" }.count == 2)
            #expect(try Self.read(place) { $0.event = "logged_out" }.count == 1)
            #expect(try Self.read(place) { $0.event = "ä" }.isEmpty)
            #expect(
                try Self.read(place) { $0.since = Self.now.advanced(seconds: 2) }.map(\.event)
                    == ["login_succeeded", "logged_out"])
            #expect(
                try Self.read(place) { $0.limit = 2 }.map(\.event)
                    == ["login_succeeded", "logged_out"])
        }
    }

    @Test("the events of a user outlive the user")
    func outlives() throws {
        try AdministrationWorkplace.with { place in
            let user = try place.register("ada")
            _ = try place.store.delete(user, context: place.context)
            let events = try Self.read(place) { $0.user = user }
            #expect(events.map(\.event) == ["user_registered", "user_deleted"])
            #expect(events.allSatisfy { $0.username == nil && $0.user == user })
        }
    }
}
