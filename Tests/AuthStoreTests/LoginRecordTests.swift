@testable import Auth
@testable import AuthStore
import MariaDB
import Testing

@Suite("a login that is written down")
struct LoginRecordTests {
    private static let now = AdministrationWorkplace.now
    private static let limits = ThrottleLimits()
    private static let home = "192.0.2.7"

    private static func context(
        from address: String = home, after seconds: Int64 = 0
    ) -> RequestContext {
        RequestContext(now: now.advanced(seconds: seconds), remoteAddress: address)
    }

    /// The number of the attempt; nil when too many have failed.
    private static func begin(
        in place: AdministrationWorkplace, _ context: RequestContext = context()
    ) throws -> UInt64? {
        let start = try place.store.requests.beginLogin(
            usernameKey: "ada", limits: limits, context: context)
        guard case .begun(let attempt, _) = start else { return nil }
        return attempt
    }

    private static func succeed(
        _ attempt: UInt64, of user: UserID, in place: AdministrationWorkplace,
        presentHash: String = "!none", upgradedHash: String? = nil,
        _ context: RequestContext = context()
    ) throws -> Throttled? {
        try place.store.requests.recordSuccess(
            LoginSuccess(
                attempt: attempt, user: user, setsLastLogin: false, presentHash: presentHash,
                upgradedHash: upgradedHash),
            usernameKey: "ada", limits: limits, context: context)
    }

    /// Writes failures down that others began at the same moment, so that none saw the others.
    private static func addFailures(
        _ count: Int, in place: AdministrationWorkplace, after seconds: Int64 = 0
    ) throws {
        for _ in 0..<count {
            try place.run(
                """
                INSERT INTO attempts (kind, account_key, network, occurred_at, outcome, remote_address,
                    request_id)
                VALUES ('login', \(AccountKey(compared: "ada").bytes), '198.51.100.1',
                    \(Self.now.advanced(seconds: seconds).sqlValue), 'wrong_password', '', '')
                """)
        }
    }

    @Test("replaces the hash that it compared, and none that was set meanwhile")
    func upgrade() throws {
        try AdministrationWorkplace.with { place in
            let user = try place.register("ada")
            let password: SQL = "SELECT password FROM users"
            let first = try #require(try Self.begin(in: place))
            #expect(try Self.succeed(first, of: user, in: place, upgradedHash: "!better") == nil)
            #expect(try place.connection.queryOne(password)?.text(0) == "!better")
            let second = try #require(try Self.begin(in: place))
            _ = try place.store.setPassword(
                of: user, hash: "!reset", notice: nil, context: place.context)
            #expect(
                try Self.succeed(
                    second, of: user, in: place, presentHash: "!better", upgradedHash: "!best")
                    == nil)
            #expect(try place.connection.queryOne(password)?.text(0) == "!reset")
        }
    }

    @Test(
        "is refused and forgotten, also with the right password, when too many others failed meanwhile",
        arguments: [0, 1])
    func countedAgain(others missing: Int) throws {
        try AdministrationWorkplace.with { place in
            let user = try place.register("ada")
            let attempt = try #require(try Self.begin(in: place))
            try Self.addFailures(Self.limits.loginFailuresPerAccount - missing, in: place)
            let isRefused = missing == 0
            let throttled = try Self.succeed(attempt, of: user, in: place)
            #expect((throttled != nil) == isRefused)
            let rows = try place.number("SELECT COUNT(*) FROM attempts WHERE id = \(attempt)")
            #expect(rows == (isRefused ? 0 : 1))
        }
    }

    @Test("makes its network known for thirty days", arguments: [29, 31])
    func knownNetwork(days: Int64) throws {
        try AdministrationWorkplace.with { place in
            let user = try place.register("ada")
            let attempt = try #require(try Self.begin(in: place))
            #expect(try Self.succeed(attempt, of: user, in: place) == nil)
            let later = days * 86400
            try Self.addFailures(
                Self.limits.loginFailuresPerAccount, in: place, after: later - 60)
            let atHome = try Self.begin(in: place, Self.context(after: later))
            #expect((atHome != nil) == (days < 30))
            #expect(
                try Self.begin(in: place, Self.context(from: "203.0.113.9", after: later)) == nil)
        }
    }
}
