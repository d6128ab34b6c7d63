import MariaDB
import Testing

@Suite("values on their way to the server and back")
struct ValueTests {
    @Test("a value comes back as it was bound", arguments: RoundTrip.all)
    func roundTrip(_ case: RoundTrip) throws {
        try TestDatabase.withConnection { connection throws in
            try connection.run(
                SQLScript(parsing: "CREATE TABLE t (id INT PRIMARY KEY, v \(`case`.columnType))"))
            try connection.execute("INSERT INTO t VALUES (1, ?)", [`case`.bound])
            let row = try #require(try connection.queryOne("SELECT v FROM t WHERE v <=> v", []))
            #expect(row.values == [`case`.expected])
        }
    }

    @Test("a value may be selected without a table", arguments: RoundTrip.all)
    func echo(_ case: RoundTrip) throws {
        try TestDatabase.withConnection { connection throws in
            let row = try #require(try connection.queryOne("SELECT ?, ?", [`case`.bound, .null]))
            #expect(try row.isNull(1))
        }
    }

    @Test("one row holds a mixture of short, long and missing values")
    func mixture() throws {
        try TestDatabase.withConnection { connection throws in
            try connection.run(
                SQLScript(
                    parsing: """
                        CREATE TABLE t (id INT PRIMARY KEY, a LONGTEXT, b LONGBLOB, c VARCHAR(20),
                            d DATETIME(6), e BIGINT UNSIGNED) CHARACTER SET utf8mb4
                        """))
            let long = String(repeating: "žluťoučký 🐎 ", count: 60_000)
            let blob = (0..<1_000_000).map { UInt8(truncatingIfNeeded: $0 &* 31) }
            let rows: [[SQLValue]] = [
                [.integer(1), .text(long), .bytes(blob), .text("short"), .null, .unsigned(.max)],
                [.integer(2), .null, .null, .null, .dateTime(unixMicroseconds: 1), .null],
                [.integer(3), .text(""), .bytes([]), .text(""), .null, .unsigned(0)],
                [.integer(4), .text(long), .bytes(blob), .null, .null, .unsigned(1)],
            ]
            for row in rows {
                try connection.execute("INSERT INTO t VALUES (?, ?, ?, ?, ?, ?)", row)
            }
            let read = try connection.query("SELECT * FROM t ORDER BY id", [])
            #expect(read.map(\.values) == rows)
        }
    }

    @Test("text of every length around the size of a place comes back whole", arguments: 250...262)
    func borders(_ length: Int) throws {
        try TestDatabase.withConnection { connection throws in
            let text = String(repeating: "x", count: length)
            let row = try #require(
                try connection.queryOne("SELECT CAST(? AS CHAR(1000)), 7", [.text(text)]))
            #expect(try row.text(0) == text)
            #expect(try row.integer(1) == 7)
        }
    }

    @Test("a day of the first years can be read, as DATE holds them")
    func firstYears() throws {
        try TestDatabase.withConnection { connection throws in
            let row = try connection.queryOne("SELECT DATE '0001-01-01'", [])
            #expect(row?.values == [.dateTime(unixMicroseconds: -62_135_596_800_000_000)])
        }
    }

    @Test(
        "a moment outside of the years 1000 to 9999 is refused",
        arguments: [-30_610_224_000_000_001, 253_402_300_800_000_000, .min, .max])
    func refusesMoment(_ moment: Int64) throws {
        try TestDatabase.withConnection { connection throws in
            #expect(throws: MariaDBError.momentOutOfRange) {
                try connection.query("SELECT ?", [.dateTime(unixMicroseconds: moment)])
            }
            let next = try connection.queryOne("SELECT 1", [])
            #expect(next?.values == [.integer(1)])
        }
    }

    @Test("a zero date is an unexpected value and spoils nothing")
    func zeroDate() throws {
        try TestDatabase.withConnection { connection throws in
            try connection.run(SQLScript(parsing: "SET SESSION sql_mode = ''"))
            for _ in 0..<2 {
                #expect(throws: MariaDBError.unexpectedValue(column: 1)) {
                    try connection.query(
                        """
                        SELECT 1, CAST('0000-00-00' AS DATETIME)
                        UNION ALL SELECT 2, CAST('2000-01-01' AS DATETIME)
                        """, [])
                }
            }
            let next = try connection.queryOne("SELECT 1", [])
            #expect(next?.values == [.integer(1)])
        }
    }
}

/// A value, the column that it is put into, and what comes out.
struct RoundTrip: Sendable, CustomTestStringConvertible {
    let columnType: String
    let bound: SQLValue
    let expected: SQLValue
    let testDescription: String

    init(_ columnType: String, _ bound: SQLValue, _ name: String, comesBackAs: SQLValue? = nil) {
        self.columnType = columnType
        self.bound = bound
        expected = comesBackAs ?? bound
        testDescription = "\(columnType): \(name)"
    }

    static let all: [RoundTrip] = [
        RoundTrip("TINYINT", .integer(-128), "least"),
        RoundTrip("TINYINT UNSIGNED", .integer(255), "greatest", comesBackAs: .unsigned(255)),
        RoundTrip("SMALLINT", .integer(-32_768), "least"),
        RoundTrip("MEDIUMINT", .integer(-8_388_608), "least"),
        RoundTrip(
            "INT UNSIGNED", .integer(4_294_967_295), "greatest",
            comesBackAs: .unsigned(4_294_967_295)),
        RoundTrip("BIGINT", .integer(.min), "least"),
        RoundTrip("BIGINT", .integer(.max), "greatest"),
        RoundTrip("BIGINT UNSIGNED", .unsigned(.max), "greatest"),
        RoundTrip("BOOLEAN", .boolean(true), "true", comesBackAs: .integer(1)),
        RoundTrip("YEAR", .integer(2100), "2100", comesBackAs: .unsigned(2100)),
        RoundTrip("DOUBLE", .double(-1.7976931348623157e308), "least"),
        RoundTrip("FLOAT", .double(0.5), "half"),
        RoundTrip("DECIMAL(20,5)", .text("12345678901234.56789"), "digits"),
        RoundTrip("VARCHAR(10)", .text(""), "empty"),
        RoundTrip("VARCHAR(10) CHARACTER SET utf8mb4", .text("a🐎\u{0}é\u{301}"), "four bytes, NUL"),
        RoundTrip("VARCHAR(10) CHARACTER SET ascii", .text("abc"), "ASCII"),
        RoundTrip("ENUM('logout','rotation')", .text("rotation"), "name"),
        RoundTrip("BINARY(4)", .bytes([0, 255, 0x27, 0]), "with zeros and a quote"),
        RoundTrip("VARBINARY(10)", .bytes([]), "empty"),
        RoundTrip("BIT(8)", .unsigned(5), "bits", comesBackAs: .bytes([5])),
        RoundTrip("DATETIME(6)", .dateTime(unixMicroseconds: 0), "1970"),
        RoundTrip("DATETIME(6)", .dateTime(unixMicroseconds: -1), "just before 1970"),
        RoundTrip(
            "DATETIME(6)", .dateTime(unixMicroseconds: 951_782_400_000_000), "29 February 2000"),
        RoundTrip(
            "DATETIME(6)", .dateTime(unixMicroseconds: 4_102_444_799_999_999), "end of 2099"),
        RoundTrip("DATETIME(6)", .dateTime(unixMicroseconds: 4_107_542_400_000_000), "March 2100"),
        RoundTrip(
            "DATETIME(6)", .dateTime(unixMicroseconds: 253_402_300_799_999_999), "end of 9999"),
        RoundTrip(
            "DATETIME(6)", .dateTime(unixMicroseconds: -30_610_224_000_000_000), "begin of 1000"),
        RoundTrip("TIMESTAMP(6)", .dateTime(unixMicroseconds: 1_000_000_000_000_001), "2001"),
        RoundTrip("DATE", .dateTime(unixMicroseconds: 86_400_000_000), "2 January 1970"),
        RoundTrip("TIME", .text("12:34:56"), "of a day"),
        RoundTrip("BIGINT", .null, "NULL"),
        RoundTrip("LONGTEXT", .null, "NULL"),
        RoundTrip("DATETIME(6)", .null, "NULL"),
        RoundTrip("LONGTEXT", .text(String(repeating: "1 MB …… ", count: 95_326)), "one megabyte"),
        RoundTrip("LONGBLOB", .bytes([UInt8](repeating: 7, count: 1 << 20)), "one mebibyte"),
    ]
}
