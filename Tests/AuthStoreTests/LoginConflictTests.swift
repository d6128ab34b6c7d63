@testable import Auth
import AuthStore
import Foundation
import MariaDB
import Synchronization
import Testing

/// One after the other, see ``AdministrationWorkplace/waitForLockWait()``.
@Suite("A login whose end meets another transaction", .serialized)
struct LoginConflictTests {
    /// An end of a login, and what another transaction holds that it will wait for.
    enum End: CaseIterable, Sendable {
        case failure, success

        /// The other attempt at the account, which judging a failure reads; or the place in the index
        /// that the mark of a success goes to.
        fileprivate func hold(on connection: Connection, other: UInt64) throws(MariaDBError) {
            switch self {
            case .failure:
                try connection.execute(
                    "UPDATE attempts SET outcome = 'wrong_password' WHERE id = ?",
                    [.unsigned(other)])
            case .success:
                _ = try connection.query(
                    """
                    SELECT id FROM attempts FORCE INDEX (attempts_account)
                    WHERE account_key = ? AND kind = 'login' AND outcome = 'succeeded' FOR UPDATE
                    """, [.bytes(AccountKey(compared: "ada").bytes)])
            }
        }

        fileprivate func record(
            _ attempt: UInt64, user: UserID, in store: MariaDBStore
        ) throws -> Throttled? {
            let context = RequestContext(now: AdministrationWorkplace.now)
            switch self {
            case .failure:
                return try store.recordFailure(
                    attempt: attempt, usernameKey: "ada", limits: ThrottleLimits(), context: context
                )
            case .success:
                let success = LoginSuccess(
                    attempt: attempt, user: user, setsLastLogin: false, presentHash: "!none",
                    upgradedHash: nil)
                return try store.recordSuccess(
                    success, usernameKey: "ada", limits: ThrottleLimits(), context: context)
            }
        }

        fileprivate var outcome: String { self == .failure ? "inactive" : "succeeded" }
    }

    @Test("finds its own user, whatever other columns the site has given its table")
    func foreignColumn() throws {
        try AdministrationWorkplace.with(
            columns: "ALTER TABLE users ADD COLUMN user_id BIGINT UNSIGNED NULL"
        ) { place in
            let others = try ["ada", "bob"].map { try place.register($0) }
            try place.connection.execute("UPDATE users SET user_id = id", [])
            let start = try place.store.requests.beginLogin(
                usernameKey: "bob", limits: ThrottleLimits(),
                context: RequestContext(now: AdministrationWorkplace.now))
            guard case .begun(_, let facts) = start else { throw TokenFault.invalid }
            #expect(facts?.user == others[1])
        }
    }

    @Test(
        "is written down in another run when the server ended its statement for a deadlock",
        arguments: End.allCases)
    func deadlock(end: End) throws {
        try AdministrationWorkplace.with { place in
            let ada = try place.register("ada")
            let attempts = try (0..<2).map { _ in try place.beginLogin("ada") }
            let counter = ConflictCounter()
            let settings = place.settings.unhurried

            // The heavier transaction, so that the server ends the other one.
            var repeatable = settings
            repeatable.isolation = .repeatableRead
            let other = try Connection(repeatable)
            try other.run(SQLScript(parsing: "CREATE TABLE burden (x INT)"))
            try other.run(SQLScript(parsing: "BEGIN"))
            for number in 0..<50 {
                try other.execute("INSERT INTO burden VALUES (?)", [.integer(Int64(number))])
            }
            try end.hold(on: other, other: attempts[0])
            let recording = Background {
                let store = MariaDBStore(
                    settings, gate: ConnectionGate(), customFields: try CustomFieldColumns([]),
                    observer: counter)
                return try end.record(attempts[1], user: ada, in: store)
            }
            try place.waitForLockWait()
            try other.execute(
                "UPDATE attempts SET request_id = 'x' WHERE id = ?", [.unsigned(attempts[1])])
            try other.run(SQLScript(parsing: "COMMIT"))
            #expect(try recording.value() == nil)
            #expect(counter.conflicts == 1)
            #expect(
                try place.connection.queryOne(
                    "SELECT outcome FROM attempts WHERE id = ?", [.unsigned(attempts[1])]
                )?.text(0) == end.outcome)
        }
    }
}

extension AdministrationWorkplace {
    /// Begins a login, which is written down as failed.
    fileprivate func beginLogin(_ name: String) throws -> UInt64 {
        let start = try store.requests.beginLogin(
            usernameKey: name, limits: ThrottleLimits(), context: RequestContext(now: Self.now))
        guard case .begun(let attempt, _) = start else { throw UnusableName() }
        return attempt
    }

    /// Until a statement in this database waits for the lock of a row.
    ///
    /// The server takes a new look at its transactions only when nobody has asked for a tenth of a
    /// second.
    fileprivate func waitForLockWait() throws {
        let deadline = ContinuousClock.now + .seconds(60)
        while try number(
            """
            SELECT COUNT(*) FROM information_schema.INNODB_TRX AS t
            JOIN information_schema.PROCESSLIST AS p ON p.id = t.trx_mysql_thread_id
            WHERE p.db = DATABASE() AND t.trx_state = 'LOCK WAIT'
            """
        ) == 0 {
            try #require(ContinuousClock.now < deadline, "no statement waits for a row")
            usleep(150_000)
        }
    }
}

/// Counts conflicts with other transactions.
private final class ConflictCounter: ConnectionObserver {
    private let count = Atomic<Int>(0)

    var conflicts: Int { count.load(ordering: .relaxed) }

    func connectionOpened() {}

    func databaseFailed(_ kind: MariaDBError.Kind) {
        if kind == .conflict { count.add(1, ordering: .relaxed) }
    }
}
