import Auth
import AuthMail

/// An outbox in memory, as the protocol describes it.
final class FakeOutbox: Outbox {
    struct Row {
        var mail: OutboxMail
        var state: MailEnd?
        var due: Int64 = 0
        var owner: [UInt8]?
        var leaseUntil: Int64 = 0
        var error: String?
    }

    private(set) var rows: [UInt64: Row] = [:]
    /// How many of the next calls fail, by name.
    var failures: [String: Int] = [:]

    init(_ mails: [OutboxMail]) {
        for mail in mails { add(mail) }
    }

    /// What happens to a row from outside, between two steps of the mailer.
    func change(_ id: UInt64, _ body: (inout Row) -> Void) {
        guard var row = rows[id] else { return }
        body(&row)
        rows[id] = row
    }

    func add(_ mail: OutboxMail) { rows[mail.id] = Row(mail: mail) }

    func state(_ id: UInt64) -> MailEnd? { rows[id]?.state }

    func lease(
        owner: [UInt8], now: Int64, until: Int64, limit: Int
    ) throws(OutboxError) -> [OutboxMail] {
        try failIfAsked("lease")
        let due = rows.values
            .filter { row in
                row.state == nil && row.due <= now
                    && (row.owner == nil || row.leaseUntil <= now)
            }
            .sorted { ($0.due, $0.mail.id) < ($1.due, $1.mail.id) }
        return due.prefix(limit).map { row in
            change(row.mail.id) {
                $0.owner = owner
                $0.leaseUntil = until
            }
            return row.mail
        }
    }

    func begin(
        _ id: UInt64, owner: [UInt8], now: Int64, until: Int64
    ) throws(OutboxError) -> Bool {
        try failIfAsked("begin")
        return update(id, owner: owner) {
            $0.mail.attempts += 1
            $0.leaseUntil = until
        }
    }

    func finish(
        _ id: UInt64, owner: [UInt8], now: Int64, as end: MailEnd, error: String?
    ) throws(OutboxError) -> Bool {
        try failIfAsked("finish")
        return update(id, owner: owner) {
            $0.state = end
            $0.error = error
            $0.owner = nil
        }
    }

    func retry(
        _ id: UInt64, owner: [UInt8], due: Int64, counted: Bool, error: String
    ) throws(OutboxError) -> Bool {
        try failIfAsked("retry")
        return update(id, owner: owner) {
            $0.due = due
            $0.error = error
            $0.owner = nil
            if !counted { $0.mail.attempts -= 1 }
        }
    }

    func release(_ ids: [UInt64], owner: [UInt8], due: Int64) throws(OutboxError) {
        try failIfAsked("release")
        for id in ids {
            _ = update(id, owner: owner) {
                $0.due = due
                $0.owner = nil
            }
        }
    }

    func hasten(_ ids: [UInt64], due: Int64) throws(OutboxError) {
        try failIfAsked("hasten")
        for id in ids {
            guard let row = rows[id], row.state == nil, row.owner == nil else { continue }
            change(id) { $0.due = min($0.due, due) }
        }
    }

    private func update(
        _ id: UInt64, owner: [UInt8], _ body: (inout Row) -> Void
    ) -> Bool {
        guard let row = rows[id], row.owner == owner, row.state == nil else { return false }
        change(id, body)
        return true
    }

    private func failIfAsked(_ name: String) throws(OutboxError) {
        guard let left = failures[name], left > 0 else { return }
        failures[name] = left - 1
        throw OutboxError(reason: "\(name) was asked to fail")
    }
}

extension OutboxMail {
    /// A mail that is due and valid for three days from second 0.
    static func sample(_ id: UInt64, kind: MailKind = .verifyEmail) -> OutboxMail {
        OutboxMail(
            id: id, messageID: Array(repeating: UInt8(truncatingIfNeeded: id), count: 16),
            kind: kind, userID: id, username: "ada", recipient: "ada\(id)@example.org",
            tokenID: Array(repeating: 7, count: 16), attempts: 0, expiresAt: 259_200,
            tokenIsValid: true)
    }
}
