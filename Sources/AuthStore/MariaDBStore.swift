public import Auth
public import MariaDB

/// The store on MariaDB; one for each thread, with a connection of its own.
///
/// Everything that may happen only once is one statement whose row count or unique key decides;
/// nothing is read, judged and then written on the strength of what was read.
public final class MariaDBStore: Store {
    let connection: ReconnectingConnection
    let customFields: CustomFieldColumns
    /// How long a transaction or a statement may be repeated after conflicts, in seconds.
    private let retryTime: Int64 = 3

    /// - Parameters:
    ///   - settings: Where the database is.
    ///   - gate: Shared by all stores of the process.
    ///   - customFields: The declared fields, which the caller has compared with the schema.
    ///   - observer: Told of connections and errors.
    public init(
        _ settings: ConnectionSettings, gate: ConnectionGate, customFields: CustomFieldColumns,
        observer: (any ConnectionObserver)? = nil
    ) {
        connection = ReconnectingConnection(settings, gate: gate, observer: observer)
        self.customFields = customFields
    }

    /// Begins the work for a request.
    public func begin(microseconds: UInt64) {
        connection.begin(until: .now + .microseconds(Int64(clamping: microseconds)))
    }

    /// Connects again when the connection is lost.
    public func recover() {
        connection.recover()
    }

    /// Runs statements that each commit by themselves.
    func use<Result>(
        _ body: (Connection) throws(MariaDBError) -> Result
    ) throws(StoreError) -> Result {
        do {
            return try connection.use(body)
        } catch {
            throw StoreError(error)
        }
    }

    /// Runs one statement that commits by itself, again after conflicts with others.
    func useAgain<Result>(
        _ body: (Connection) throws(MariaDBError) -> Result
    ) throws(StoreError) -> Result {
        do {
            return try repeating(body)
        } catch {
            throw StoreError(error)
        }
    }

    /// The same, for who has something to say about the error.
    func repeating<Result>(
        _ body: (Connection) throws(MariaDBError) -> Result
    ) throws(MariaDBError) -> Result {
        try connection.use(repeatingConflictsUntil: .now + .seconds(retryTime), body)
    }

    /// Runs statements that take effect together, again after conflicts with others.
    func transaction<Result>(
        _ body: (Connection) throws(MariaDBError) -> Result
    ) throws(MariaDBError) -> Result {
        try connection.transaction(until: .now + .seconds(retryTime), body)
    }
}

extension StoreError {
    /// What a failure of the database means to a feature.
    init(_ error: MariaDBError) {
        let isAway = error.isUnavailability || error.isConnectionLost
        self.init(isAway ? .unavailable : .refused, reason: "\(error)")
    }
}

extension Instant {
    /// The value of a DATETIME(6) column.
    var sqlValue: SQLValue { .dateTime(unixMicroseconds: unixMicroseconds) }
}

extension UserID {
    /// The value of an id column.
    var sqlValue: SQLValue { .unsigned(rawValue) }
}
