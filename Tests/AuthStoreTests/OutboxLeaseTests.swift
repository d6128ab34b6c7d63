import Auth
import AuthStore
import Dispatch
import MariaDB
import Synchronization
import Testing

@Suite("The outbox, shared by several mailers")
struct OutboxLeaseTests {
    private static let now = AdministrationWorkplace.now.unixSeconds

    private static func owner(_ number: Int) -> [UInt8] {
        [UInt8](repeating: UInt8(number + 1), count: 16)
    }

    @Test("mails of a kind that only a newer program knows are left to it, and hold up no other")
    func unknownKind() throws {
        try AdministrationWorkplace.with { place in
            for number in 0..<5 { try place.register("user\(number)") }
            try place.connection.run(
                SQLScript(
                    parsing: """
                        ALTER TABLE mail_outbox MODIFY kind ENUM('verify_email', 'invitation') NOT NULL;
                        UPDATE mail_outbox SET kind = 'invitation' ORDER BY id LIMIT 4;
                        """))
            let outbox = MariaDBOutbox(place.settings)
            let mails = try outbox.lease(
                owner: Self.owner(0), now: Self.now, until: Self.now + 120, limit: 2)
            #expect(mails.map(\.kind) == [.verifyEmail])
            #expect(
                try place.number("SELECT COUNT(*) FROM mail_outbox WHERE lease_owner IS NOT NULL")
                    == 1)
        }
    }

    @Test("of mailers that take mails at the same time each mail goes to one")
    func eachMailOnce() throws {
        try AdministrationWorkplace.with { place in
            for number in 0..<40 { try place.register("user\(number)") }
            let settings = place.settings
            let taken = Mutex<[UInt64]>([])
            let failures = Mutex<[OutboxError]>([])
            DispatchQueue.concurrentPerform(iterations: 4) { mailer in
                let outbox = MariaDBOutbox(settings)
                do throws(OutboxError) {
                    while true {
                        let mails = try outbox.lease(
                            owner: Self.owner(mailer), now: Self.now, until: Self.now + 120,
                            limit: 3)
                        if mails.isEmpty { return }
                        for mail in mails {
                            taken.withLock { $0.append(mail.id) }
                            _ = try outbox.finish(
                                mail.id, owner: Self.owner(mailer), now: Self.now, as: .sent,
                                error: nil)
                        }
                    }
                } catch {
                    failures.withLock { $0.append(error) }
                }
            }
            #expect(failures.withLock { $0 }.isEmpty)
            #expect(taken.withLock { $0.sorted() } == (1...40).map { UInt64($0) })
        }
    }

    @Test("mails that wait for another attempt are made due, and no others")
    func hastened() throws {
        try AdministrationWorkplace.with { place in
            for number in 0..<3 { try place.register("user\(number)") }
            let outbox = MariaDBOutbox(place.settings)
            let (now, owner) = (Self.now, Self.owner(0))
            func lease() throws -> [UInt64] {
                try outbox.lease(owner: owner, now: now, until: now + 120, limit: 9).map(\.id)
            }
            let ids = try lease()
            #expect(ids.count == 3)
            #expect(
                try outbox.finish(ids[0], owner: owner, now: now, as: .sent, error: nil))
            #expect(
                try outbox.retry(ids[1], owner: owner, due: now + 240, counted: true, error: "lost")
            )
            // The third one is still leased.
            try outbox.hasten(ids, due: now)
            #expect(
                try MariaDBOutbox(place.settings)
                    .lease(owner: Self.owner(1), now: now, until: now + 120, limit: 9)
                    .map(\.id) == [ids[1]])
        }
    }

    @Test("a mailer whose lease another one has taken over changes nothing any more")
    func takenOver() throws {
        try AdministrationWorkplace.with { place in
            try place.register("ada")
            let (first, second) = (MariaDBOutbox(place.settings), MariaDBOutbox(place.settings))
            let (now, later) = (Self.now, Self.now + 121)
            let mine = try first.lease(owner: Self.owner(0), now: now, until: now + 120, limit: 9)
            #expect(mine.count == 1)
            #expect(
                try second.lease(owner: Self.owner(1), now: now, until: now + 120, limit: 9).isEmpty
            )
            #expect(
                try second.lease(owner: Self.owner(1), now: later, until: later + 120, limit: 9)
                    .map(\.id) == mine.map(\.id))
            let id = try #require(mine.first).id
            #expect(try !first.begin(id, owner: Self.owner(0), now: later, until: later + 120))
            #expect(
                try !first.finish(id, owner: Self.owner(0), now: later, as: .sent, error: nil))
            #expect(try second.begin(id, owner: Self.owner(1), now: later, until: later + 120))
        }
    }
}
