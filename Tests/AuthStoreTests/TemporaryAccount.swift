import AuthStore
import MariaDB

/// An account of the database with the rights of one of the service, for one test.
struct TemporaryAccount {
    let name = "test_\(UInt32.random(in: 0...UInt32.max))"
    let settings: ConnectionSettings
    private let connection: Connection

    init(_ account: DatabaseAccount, on place: AdministrationWorkplace) throws {
        connection = place.connection
        var settings = place.settings
        settings.user = name
        self.settings = settings
        try connection.run(SQLScript(parsing: "CREATE USER \(name)@localhost"))
        for (table, rights) in account.rights {
            let list = rights.map(\.rawValue).joined(separator: ", ")
            try connection.run(SQLScript(parsing: "GRANT \(list) ON \(table) TO \(name)@localhost"))
        }
    }

    func drop() {
        try? connection.run(SQLScript(parsing: "DROP USER \(name)@localhost"))
    }
}
