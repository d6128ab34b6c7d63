import MariaDB
import Testing

@Suite("rows")
struct RowTests {
    /// One column of each kind: integer, unsigned, double, text, bytes, dateTime, null.
    private static let statement: Statement =
        """
        SELECT -1, CAST(18446744073709551615 AS UNSIGNED), 1.5e0, 'a', x'01',
            CAST('2000-01-01' AS DATETIME), NULL
        """

    private func row() throws -> Row {
        try TestDatabase.withConnection { connection throws in
            try #require(try connection.queryOne(Self.statement, []))
        }
    }

    @Test("each getter returns its kind")
    func getters() throws {
        let row = try row()
        #expect(try row.integer(0) == -1)
        #expect(try row.boolean(0))
        #expect(try row.unsigned(1) == .max)
        #expect(try row.double(2) == 1.5)
        #expect(try row.text(3) == "a")
        #expect(try row.bytes(4) == [1])
        #expect(try row.dateTime(5) == 946_684_800_000_000)
        #expect(try row.isNull(6))
        #expect(try row.optionalInteger(0) == -1 && row.optionalText(6) == nil)
    }

    @Test("each getter refuses every other kind, and columns that are not there")
    func refusals() throws {
        let row = try row()
        let getters: [(home: Set<Int>, get: (Int) throws -> Void)] = [
            ([0], { _ = try row.integer($0) }), ([1], { _ = try row.unsigned($0) }),
            ([0], { _ = try row.boolean($0) }), ([2], { _ = try row.double($0) }),
            ([3], { _ = try row.text($0) }), ([4], { _ = try row.bytes($0) }),
            ([5], { _ = try row.dateTime($0) }),
            ([0, 6], { _ = try row.optionalInteger($0) }),
            ([1, 6], { _ = try row.optionalUnsigned($0) }),
            ([0, 6], { _ = try row.optionalBoolean($0) }),
            ([2, 6], { _ = try row.optionalDouble($0) }),
            ([3, 6], { _ = try row.optionalText($0) }),
            ([4, 6], { _ = try row.optionalBytes($0) }),
            ([5, 6], { _ = try row.optionalDateTime($0) }),
        ]
        for getter in getters {
            for column in -1...7 {
                if getter.home.contains(column) {
                    try getter.get(column)
                } else {
                    #expect(throws: MariaDBError.unexpectedValue(column: column)) {
                        try getter.get(column)
                    }
                }
            }
        }
    }
}
