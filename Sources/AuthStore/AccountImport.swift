public import Auth
public import MariaDB

/// Accounts and ended tokens of another system, which are taken over all together or not at all.
extension AdministrationStore {
    /// What an account of this database has in common with one to be taken over.
    public struct ImportConflict: Hashable, Sendable {
        /// What must be unique.
        public enum Subject: Hashable, Sendable {
            /// The number.
            case id
            /// The compared form of the name.
            case username
            /// The compared form of the address.
            case email
        }

        /// The place in the list of accounts, from 0.
        public let index: Int
        /// What they have in common.
        public let subject: Subject
        /// The account that is here.
        public let user: UserID
    }

    /// Why nothing was taken over.
    public struct ImportFailure: MariaDBFailure {
        /// What the database said.
        public let error: MariaDBError
        /// The place in the list of accounts at which it said so, from 0; nil for none of them.
        public let index: Int?

        /// A failure that is about no account in particular.
        public init(_ databaseError: MariaDBError) {
            self.init(databaseError, at: nil)
        }

        fileprivate init(_ databaseError: MariaDBError, at index: Int?) {
            error = databaseError
            self.index = index
        }

        /// The failure of the database.
        public var databaseError: MariaDBError? { error }
    }

    /// How many accounts one question is about.
    private static let questionSize = 100

    private static let findConflicts: Statement = """
        SELECT id, username_key, email_key FROM users WHERE id IN (?\(furtherMarks: 99))
        UNION SELECT id, username_key, email_key FROM users
            WHERE username_key IN (?\(furtherMarks: 99))
        UNION SELECT id, username_key, email_key FROM users
            WHERE email_key IN (?\(furtherMarks: 99))
        """

    /// Looks for what is taken already, and changes nothing.
    ///
    /// An insert that is rolled back would tell as well. But MariaDB does not take back that it then
    /// counts on from the highest number, so that a rehearsal would leave a gap in the numbers for good.
    public func conflicts(
        of accounts: [ImportedAccount]
    ) throws(MariaDBError) -> [ImportConflict] {
        var conflicts: [ImportConflict] = []
        for start in stride(from: 0, to: accounts.count, by: Self.questionSize) {
            let part = start..<min(start + Self.questionSize, accounts.count)
            conflicts += try self.conflicts(of: accounts[part])
        }
        return conflicts
    }

    private func conflicts(
        of accounts: ArraySlice<ImportedAccount>
    ) throws(MariaDBError) -> [ImportConflict] {
        guard let last = accounts.last else { return [] }
        // The last question repeats its last account, so that all have the same text.
        let filled = accounts + repeatElement(last, count: Self.questionSize - accounts.count)
        let values: [SQLValue] =
            filled.map(\.id.sqlValue) + filled.map { .text($0.username.key) }
            + filled.map { .text($0.email.key) }
        let rows = try use { connection throws(MariaDBError) in
            try connection.query(Self.findConflicts, values)
        }
        var conflicts: [ImportConflict] = []
        for row in rows {
            let user = UserID(try row.unsigned(0))
            let (username, email) = (try row.text(1), try row.text(2))
            for index in accounts.indices {
                let account = accounts[index]
                if account.id == user { conflicts.append(.init(index, .id, user)) }
                if account.username.key == username {
                    conflicts.append(.init(index, .username, user))
                }
                if account.email.key == email { conflicts.append(.init(index, .email, user)) }
            }
        }
        return conflicts
    }

    /// Writes everything in one transaction, with an audit event for each account.
    ///
    /// A token that is ended here already stays as it is.
    public func takeOver(
        _ accounts: [ImportedAccount], _ tokens: [ImportedTokenEnd], context: RequestContext
    ) throws(ImportFailure) {
        try connection.transaction(until: .now + .seconds(20)) {
            connection throws(ImportFailure) in
            var inserts = ImportStatements()
            for (index, account) in accounts.enumerated() {
                do throws(MariaDBError) {
                    try connection.execute(
                        inserts.insert(account.customFields), account.columnValues)
                    try connection.audit(.userCreated, user: account.id, context: context)
                } catch {
                    throw ImportFailure(error, at: index)
                }
            }
            for token in tokens {
                do throws(MariaDBError) {
                    try connection.insert(token)
                } catch {
                    throw ImportFailure(error)
                }
            }
        }
    }
}

extension AdministrationStore.ImportConflict {
    fileprivate init(_ index: Int, _ subject: Subject, _ user: UserID) {
        self.init(index: index, subject: subject, user: user)
    }
}

/// The statement that writes an account with the declared fields that it has.
///
/// Columns that nothing was said about keep the default of the schema. Accounts of one dump mostly
/// have the same fields, so the statement is made anew only when they differ.
private struct ImportStatements {
    private var names: [String]?
    private var statement: Statement = ""

    mutating func insert(_ fields: [CustomFieldValue]) -> Statement {
        let wanted = fields.map(\.field.name)
        guard wanted != names else { return statement }
        let columns = wanted.compactMap { ColumnName($0) }
        names = wanted
        statement = """
            INSERT INTO users (id, username, username_key, email, email_key, password, is_active, \
            date_joined, session_generation\(furtherIdentifiers: columns)) \
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?\(furtherMarks: wanted.count))
            """
        return statement
    }
}

extension ImportedAccount {
    /// Generations that no account of this service has come to by itself, which counts from 0.
    ///
    /// The number may have been that of an account that was deleted here: its refresh tokens must not
    /// open this one.
    private static let generations: Range<Int64> =
        Int64(TokenID.generationCount / 2)..<Int64(TokenID.generationCount)

    fileprivate var columnValues: [SQLValue] {
        [
            id.sqlValue, .text(username.text), .text(username.key), .text(email.text),
            .text(email.key), .text(password.encoded), .boolean(isActive), joined.sqlValue,
            .integer(Int64.random(in: Self.generations)),
        ] + customFields.map(\.value.sqlValue)
    }
}

extension Connection {
    private static let insertTokenEnd: Statement = """
        INSERT INTO refresh_token_blacklist (token_id, user_id, reason, blacklisted_at, expires_at)
        VALUES (?, ?, 'logout', ?, ?)
        """

    /// The account of the service may not change such a row, so a second one is tried and forgotten.
    fileprivate func insert(_ token: ImportedTokenEnd) throws(MariaDBError) {
        do throws(MariaDBError) {
            try execute(
                Self.insertTokenEnd,
                [
                    .bytes(token.token.blacklistKey), token.user?.sqlValue ?? .null,
                    token.ended.sqlValue, token.expires.sqlValue,
                ])
        } catch {
            guard error.duplicateKeyName != nil else { throw error }
        }
    }
}
