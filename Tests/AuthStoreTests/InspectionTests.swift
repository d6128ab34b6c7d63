import Auth
@testable import AuthStore
import MariaDB
import Testing

@Suite("What is asked about the running installation")
struct InspectionTests {
    @Test("the server tells its version, who asks, and its settings")
    func server() throws {
        try AdministrationWorkplace.with { place in
            let server = try #require(try Inspection(place.connection).server())
            #expect(server.version.contains("MariaDB"))
            #expect(server.account == "test@localhost")
            #expect(server.flushesLogAtCommit == 2)
            #expect(server.connectionLimit == 200)
            #expect(server.isReadOnly == false)
            #expect(server.clock > AdministrationWorkplace.now.unixMicroseconds / 2)
        }
    }

    @Test("an account has the rights that it was given, and no others", arguments: [0, 1])
    func rights(_ index: Int) throws {
        let account = DatabaseAccount.all[index]
        try AdministrationWorkplace.with { place in
            let temporary = try TemporaryAccount(account, on: place)
            defer { temporary.drop() }
            let expected = Set(
                account.rights.flatMap { table, rights in
                    rights.map { Inspection.Right(name: $0.rawValue, table: table) }
                })
            // By an account that sees everything, and by itself.
            for connection in [place.connection, try Connection(temporary.settings)] {
                let rights = try Inspection(connection).rights(of: temporary.name)
                #expect(Set(rights.filter { $0.name != "USAGE" }) == expected)
            }
        }
    }

    @Test("rights on the whole database count, and those on another do not")
    func schemaRights() throws {
        try AdministrationWorkplace.with { place in
            let temporary = try TemporaryAccount(
                DatabaseAccount(name: "x", rights: [("users", [.select])]), on: place)
            defer { temporary.drop() }
            let database = try #require(place.settings.database)
            let pattern = database.replacing("_", with: "\\_")
            try place.connection.run(
                SQLScript(
                    parsing: """
                        GRANT CREATE ON `\(pattern)`.* TO \(temporary.name)@localhost;
                        GRANT DROP ON elsewhere.* TO \(temporary.name)@localhost;
                        """))
            let rights = try Inspection(place.connection).rights(of: temporary.name)
            #expect(rights.contains(.init(name: "CREATE", table: nil)))
            #expect(rights.contains { $0.name == "DROP" } == false)
        }
    }
}
