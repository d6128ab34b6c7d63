import Auth
public import MariaDB

/// What an administrator's tool reads and changes.
///
/// Every change writes its audit event in the same transaction. It has its own account in the
/// database and more patience than the service: a person waits, not a client.
public final class AdministrationStore {
    let connection: ReconnectingConnection
    let customFields: CustomFieldColumns
    let findUser: Statement
    /// The part of the store that requests use, over the same account.
    public let requests: MariaDBStore

    /// - Parameters:
    ///   - settings: Where the database is, and as whom.
    ///   - customFields: The declared fields.
    public init(_ settings: ConnectionSettings, customFields: CustomFieldColumns) {
        let patient = settings.patient
        connection = ReconnectingConnection(patient)
        requests = MariaDBStore(
            patient, gate: ConnectionGate(), customFields: customFields)
        self.customFields = customFields
        findUser = """
            SELECT id, username, email, is_active, email_verified_at, date_joined, last_login,
                password, session_generation, sessions_ended_at\
            \(furtherIdentifiers: customFields.columns)
            FROM users WHERE id = ?
            """
    }

    /// Runs statements that each commit by themselves.
    func use<Result>(
        _ body: (Connection) throws(MariaDBError) -> Result
    ) throws(MariaDBError) -> Result {
        try connection.use(body)
    }

    /// Runs statements that take effect together, again after conflicts with requests.
    func transaction<Result>(
        _ body: (Connection) throws(MariaDBError) -> Result
    ) throws(MariaDBError) -> Result {
        try connection.transaction(until: .now + .seconds(20), body)
    }
}

extension ConnectionSettings {
    /// The same with time for questions that look at every row.
    var patient: Self {
        var copy = self
        copy.readTimeout = 60
        copy.writeTimeout = 60
        copy.statementTimeout = 45
        copy.lockWaitTimeout = 5
        return copy
    }
}
