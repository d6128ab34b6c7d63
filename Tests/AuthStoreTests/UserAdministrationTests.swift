import Auth
import AuthStore
import MariaDB
import Testing

@Suite("What an administrator changes of an account")
struct UserAdministrationTests {
    typealias Change = @Sendable (AdministrationWorkplace, UserID) throws -> Bool

    /// Every change of an account that exists, by the name of its event.
    static let changes: [(event: String, change: Change)] = [
        ("user_activated", { try $0.store.activate($1, context: $0.context) }),
        ("user_deactivated", { try $0.store.deactivate($1, context: $0.context) }),
        (
            "password_set",
            { try $0.store.setPassword(of: $1, hash: "!new", notice: nil, context: $0.context) }
        ),
        ("sessions_ended", { try $0.store.endSessions(of: $1, context: $0.context) }),
        (
            "verification_resent",
            { try $0.store.resendVerification(to: $1, token: $0.token(), context: $0.context) }
        ), ("user_deleted", { try $0.store.delete($1, context: $0.context) }),
    ]

    private static func state(_ place: AdministrationWorkplace) throws -> [Row] {
        try place.connection.query(
            """
            SELECT is_active, email_verified_at, password, session_generation, sessions_ended_at
            FROM users ORDER BY id
            """)
    }

    @Test("a change is written with its event, under the name of who made it", arguments: 0..<6)
    func audits(_ index: Int) throws {
        let (event, change) = Self.changes[index]
        try AdministrationWorkplace.with { place in
            let user = try place.register("ada")
            #expect(try change(place, user))
            #expect(try place.events(of: user) == ["user_registered client", "\(event) grace"])
        }
    }

    @Test("a change whose event cannot be written is not made", arguments: 0..<6)
    func isAtomic(_ index: Int) throws {
        try AdministrationWorkplace.with { place in
            let user = try place.register("ada")
            let before = try Self.state(place)
            try place.run("RENAME TABLE audit_events TO elsewhere")
            #expect(throws: MariaDBError.self) { try Self.changes[index].change(place, user) }
            #expect(try Self.state(place) == before)
            #expect(try place.number("SELECT COUNT(*) FROM one_time_tokens") == 1)
            #expect(try place.number("SELECT COUNT(*) FROM mail_outbox") == 1)
        }
    }

    @Test("a user who does not exist is not changed, and nothing is audited", arguments: 0..<6)
    func nobody(_ index: Int) throws {
        try AdministrationWorkplace.with { place in
            let isDone = try Self.changes[index].change(place, UserID(7))
            #expect(isDone == false)
            #expect(try place.number("SELECT COUNT(*) FROM audit_events") == 0)
        }
    }

    @Test("an inactive account is made with the mail that verifies it")
    func createsInactive() throws {
        try AdministrationWorkplace.with { place in
            let user = try place.store.create(
                try place.newUser("ada"), verification: place.token(), context: place.context)
            #expect(try place.number("SELECT is_active FROM users") == 0)
            #expect(
                try place.number(
                    "SELECT COUNT(*) FROM mail_outbox WHERE recipient = 'ada@example.org'") == 1)
            #expect(try place.store.openLinks(of: user, at: place.context.now).count == 1)
            #expect(try place.events(of: user) == ["user_created grace"])
        }
    }

    @Test("an active account is made without a mail")
    func createsActive() throws {
        try AdministrationWorkplace.with { place in
            let user = try place.store.create(
                try place.newUser("ada"), verification: nil, context: place.context)
            #expect(try place.number("SELECT is_active FROM users") == 1)
            #expect(try place.number("SELECT COUNT(*) FROM mail_outbox") == 0)
            #expect(try place.events(of: user) == ["user_created grace"])
        }
    }

    @Test("fields that nothing was said about get the default of their columns")
    func fieldDefaults() throws {
        let fields = ["plan", "color"].map {
            CustomField(
                name: $0, kind: .text(length: 0...20, pattern: nil), isRequired: false,
                isSetAtRegistration: false, isInAccessToken: false)
        }
        try AdministrationWorkplace.with(
            fields: fields,
            columns: """
                ALTER TABLE users ADD plan VARCHAR(20) NOT NULL DEFAULT 'free',
                    ADD color VARCHAR(20) NULL
                """
        ) { place in
            let color = CustomFieldValue(field: fields[1], value: .text("blue"))
            _ = try place.store.create(
                try place.newUser("ada", fields: [color]), verification: nil,
                context: place.context)
            let row = try place.connection.queryOne("SELECT plan, color FROM users")
            #expect(row?.values == [.text("free"), .text("blue")])
        }
    }

    @Test("an account whose name or address is taken is not made, in part neither")
    func duplicates() throws {
        try AdministrationWorkplace.with { place in
            try place.register("ada")
            for (name, email) in [("ADA", "x@example.org"), ("x", "ADA@example.org")] {
                let user = try place.newUser(name, email: email)
                #expect {
                    try place.store.create(
                        user, verification: place.token(), context: place.context)
                } throws: {
                    ($0 as? MariaDBError)?.duplicateKeyName != nil
                }
            }
            #expect(try place.number("SELECT COUNT(*) FROM users") == 1)
            #expect(try place.number("SELECT COUNT(*) FROM audit_events") == 1)
            #expect(try place.number("SELECT COUNT(*) FROM mail_outbox") == 1)
        }
    }

    @Test("activation leaves the address unverified")
    func activates() throws {
        try AdministrationWorkplace.with { place in
            let user = try place.register("ada")
            #expect(try place.store.activate(user, context: place.context))
            #expect(
                try place.number(
                    "SELECT COUNT(*) FROM users WHERE is_active AND email_verified_at IS NULL") == 1
            )
        }
    }

    @Test("a link of an older mail cannot make a deactivated account active again")
    func deactivates() throws {
        try AdministrationWorkplace.with { place in
            let old = place.token()
            _ = try place.store.requests.register(
                try place.newUser("ada"), token: old, hidesTakenAddress: false,
                context: place.context)
            let user = UserID(1)
            #expect(try place.store.deactivate(user, context: place.context))
            #expect(
                try place.store.requests.verifyEmail(digest: old.digest, context: place.context)
                    == nil)
            let row = try place.connection.queryOne(
                "SELECT is_active, session_generation, sessions_ended_at FROM users")
            let now = SQLValue.dateTime(unixMicroseconds: place.context.now.unixMicroseconds)
            #expect(row?.values == [.integer(0), .unsigned(1), now])
        }
    }

    @Test("a new password ends the sessions and voids the links of reset mails, not of others")
    func setsPassword() throws {
        try AdministrationWorkplace.with { place in
            let user = try place.register("ada")
            _ = try place.store.activate(user, context: place.context)
            let email = try #require(EmailAddress("ada@example.org"))
            try place.store.requests.requestPasswordReset(
                email: email, token: place.token(.passwordReset), limits: ThrottleLimits(),
                context: place.context)
            #expect(try place.number("SELECT COUNT(*) FROM one_time_tokens") == 2)
            #expect(
                try place.store.setPassword(
                    of: user, hash: "!new", notice: nil, context: place.context))
            let row = try place.connection.queryOne(
                "SELECT password, session_generation, sessions_ended_at IS NULL FROM users")
            #expect(row?.values == [.text("!new"), .unsigned(1), .integer(0)])
            #expect(
                try place.store.openLinks(of: user, at: place.context.now).map(\.purpose)
                    == ["verify_email"])
        }
    }

    @Test("the owner is told of a new password, unless nobody has confirmed the address")
    func tells() throws {
        try AdministrationWorkplace.with { place in
            let ada = try place.register("ada", email: "Ada@example.org")
            let notices: SQL = """
                SELECT COUNT(*) FROM mail_outbox WHERE kind = 'password_changed'
                    AND recipient = 'Ada@example.org' AND token_id IS NULL AND state = 'queued'
                """
            func set(_ notice: PasswordChangedNotice?) throws {
                #expect(
                    try place.store.setPassword(
                        of: ada, hash: "!new", notice: notice, context: place.context))
            }
            let now = place.context.now
            try set(PasswordChangedNotice(at: now))
            #expect(try place.number(notices) == 0)
            _ = try place.store.activate(ada, context: place.context)
            try set(PasswordChangedNotice(at: now))
            #expect(try place.number(notices) == 1)
            try set(nil)
            #expect(try place.number(notices) == 1)
            // Closed for now: whose address it is is known.
            try place.run("UPDATE users SET is_active = FALSE, email_verified_at = NOW(6)")
            try set(PasswordChangedNotice(at: now))
            #expect(try place.number(notices) == 2)
        }
    }

    @Test("a mail that is sent again voids the link before and goes to the stored address")
    func resends() throws {
        try AdministrationWorkplace.with { place in
            let old = place.token()
            _ = try place.store.requests.register(
                try place.newUser("ada", email: "Ada@example.org"), token: old,
                hidesTakenAddress: false, context: place.context)
            let new = place.token()
            #expect(
                try place.store.resendVerification(
                    to: UserID(1), token: new, context: place.context))
            let requests = place.store.requests
            let now = place.context.now
            #expect(try requests.verificationFacts(digest: old.digest, at: now) == nil)
            #expect(try requests.verificationFacts(digest: new.digest, at: now) != nil)
            #expect(
                try place.number(
                    "SELECT COUNT(*) FROM mail_outbox WHERE recipient = 'Ada@example.org'") == 2)
        }
    }

    @Test("with a user go links and mails, and the trail stays")
    func deletes() throws {
        try AdministrationWorkplace.with { place in
            let user = try place.register("ada")
            let other = try place.register("bob")
            #expect(try place.store.delete(user, context: place.context))
            for count: SQL in [
                "SELECT COUNT(*) FROM users", "SELECT COUNT(*) FROM one_time_tokens",
                "SELECT COUNT(*) FROM mail_outbox",
            ] {
                #expect(try place.number(count) == 1)
            }
            #expect(
                try place.events(of: user) == ["user_registered client", "user_deleted grace"])
            #expect(try place.events(of: other) == ["user_registered client"])
        }
    }
}
