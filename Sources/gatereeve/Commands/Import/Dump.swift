import Auth
import AuthStore
import JSON

/// What `manage.py dumpdata --format jsonl` wrote, read and judged line by line.
struct Dump {
    private(set) var faults = DumpFaults()
    private(set) var accounts: [ImportedAccount] = []
    /// The names of fields that were not taken, in the order in which they came.
    private(set) var notTaken: [String] = []
    /// Whether there was no line with anything in it.
    private(set) var isEmpty = true
    private var tokens: DumpedTokens
    private let declared: [CustomField]
    /// Of each account.
    private var lines: [Int] = []
    private var lineOfID: [UserID: Int] = [:]
    private var lineOfUsername: [String: Int] = [:]
    private var lineOfEmail: [String: Int] = [:]

    /// - Parameters:
    ///   - declared: The fields of `user.fields`.
    ///   - now: Tells which tokens have expired.
    init(declared: [CustomField], at now: Instant) {
        self.declared = declared
        tokens = DumpedTokens(at: now)
    }

    /// Takes a line without its end; an empty one is nothing.
    ///
    /// - Parameter line: Its number, from 1.
    mutating func add(_ bytes: [UInt8], line: Int) {
        guard bytes.contains(where: { $0 != 0x20 && $0 != 0x0D }) else { return }
        isEmpty = false
        guard bytes.count <= InputLines.lengthLimit else {
            faults.add(line, nil, "It is longer than \(InputLines.lengthLimit) bytes.")
            return
        }
        let value: JSONValue
        do throws(JSONError) {
            value = try JSONReader.read(bytes)
        } catch {
            faults.add(
                line, nil, "This is no JSON from column \(error.column) on. Was the dump cut off?")
            return
        }
        guard case .object(let row) = value, case .string(let model)? = row["model"],
            case .object(let members)? = row["fields"]
        else {
            faults.add(
                line, nil, "This is not one object of a model. Dump with --format jsonl.")
            return
        }
        var fields = DumpFields(line: line, members: members)
        switch model {
        case "token_blacklist.outstandingtoken": tokens.addIssued(row["pk"], &fields)
        case "token_blacklist.blacklistedtoken": tokens.addEnded(&fields)
        case _ where DumpedAccount.isAccount(members):
            add(DumpedAccount(row["pk"], &fields, declared: declared), &fields)
        default:
            fields.fault(
                "model",
                "This is neither an account, with username and password, nor a token. Dump only the "
                    + "model of accounts and token_blacklist.")
        }
        faults.add(fields.faults)
    }

    private mutating func add(_ dumped: DumpedAccount, _ fields: inout DumpFields) {
        if let id = dumped.id, let other = lineOfID.note(dumped.line, of: id) {
            fields.fault("pk", "Line \(other) has the same number. Leave one of them out.")
        }
        if let key = dumped.username?.key, let other = lineOfUsername.note(dumped.line, of: key) {
            fields.fault(
                "username",
                "Line \(other) has the same name, in this or another case. \(Self.advice)")
        }
        if let key = dumped.email?.key, let other = lineOfEmail.note(dumped.line, of: key) {
            fields.fault("email", "Line \(other) has the same address. \(Self.advice)")
        }
        for name in dumped.notTaken where !notTaken.contains(name) { notTaken.append(name) }
        guard let account = dumped.account else { return }
        accounts.append(account)
        lines.append(dumped.line)
    }

    private static let advice = "Change one of them in Django, or leave the line out."

    /// What was ended and has not expired, and how many have expired; to be asked after the last line.
    mutating func joinedTokens() -> (live: [ImportedTokenEnd], expired: Int) {
        tokens.joined(&faults)
    }

    /// Adds what the database has already.
    mutating func add(_ conflict: AdministrationStore.ImportConflict) {
        let (field, what) =
            switch conflict.subject {
            case .id: ("pk", "this number")
            case .username: ("username", "this name, in this or another case")
            case .email: ("email", "this address")
            }
        faults.add(
            lines[conflict.index], field,
            "User \(conflict.user.rawValue) of this service already has \(what). Delete that "
                + "user here, or leave the line out.")
    }

    /// Adds what somebody was faster with, or what only the schema of the site knows.
    ///
    /// - Parameters:
    ///   - index: The place of the account.
    ///   - key: The name of the unique key.
    mutating func add(takenAt index: Int, key: String) {
        faults.add(
            lines[index], nil,
            "Another user has the same value of the unique key \(key), perhaps since a moment ago.")
    }
}

extension Dictionary where Value == Int {
    /// Remembers the first line of a key, and returns it for a later one.
    fileprivate mutating func note(_ line: Int, of key: Key) -> Int? {
        if let first = self[key] { return first }
        self[key] = line
        return nil
    }
}
