import Testing

@testable import Cryptography

@Suite("published keys of slow functions")
struct KeyStretchingTests {
    @Test("scrypt, RFC 7914 §12")
    func scrypt() throws {
        for row in try VectorFile.rows(of: "rfc7914-scrypt", columns: 6) {
            let numbers = row[2...4].compactMap { Int($0) }
            let scrypt = try #require(
                Scrypt(
                    cost: numbers[0], blockSize: numbers[1], lanes: numbers[2],
                    salt: try VectorFile.bytes(row[1])))
            let key = try scrypt.hash(of: try VectorFile.bytes(row[0]), byteCount: 64)
            #expect(Hex.encode(key) == row[5])
        }
    }

    @Test(
        "PBKDF2, RFC 7914 §11 and Wycheproof",
        arguments: [
            ("rfc7914-pbkdf2-hmac-sha256", HashFunction.sha256),
            ("wycheproof-pbkdf2-hmac-sha256", .sha256), ("wycheproof-pbkdf2-hmac-sha1", .sha1),
        ])
    func pbkdf2(file: String, function: HashFunction) throws {
        for row in try VectorFile.rows(of: file, columns: 4) {
            let iterations = try #require(Int(row[2]))
            let pbkdf2 = PBKDF2(
                function: function, iterations: iterations, salt: try VectorFile.bytes(row[1]))
            let key = try VectorFile.bytes(row[3])
            #expect(pbkdf2.hash(of: try VectorFile.bytes(row[0]), byteCount: key.count) == key)
        }
    }
}
