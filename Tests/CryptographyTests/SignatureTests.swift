import Cryptography
import Testing

@Suite("signatures with a public key")
struct SignatureTests {
    @Test("signs and verifies as RFC 8032 §7.1")
    func ed25519() throws {
        for row in try VectorFile.rows(of: "rfc8032-ed25519", columns: 4) {
            let columns = try row.map(VectorFile.bytes)
            let key = try SignatureKey(pem: TestKey.ed25519(private: columns[0]), algorithm: .edDSA)
            let other = try VerifyingKey(
                pem: TestKey.ed25519(public: columns[1]), algorithm: .edDSA)
            #expect(key.signature(for: columns[2]) == columns[3])
            #expect(key.verifyingKey.isValid(columns[3], for: columns[2]))
            #expect(other.isValid(columns[3], for: columns[2]))
        }
    }

    @Test("judges the Ed25519 signatures of Wycheproof as it says")
    func wycheproofEd25519() throws {
        for row in try VectorFile.rows(of: "wycheproof-ed25519", columns: 4) {
            let columns = try row.prefix(3).map(VectorFile.bytes)
            let key = try VerifyingKey(pem: TestKey.ed25519(public: columns[0]), algorithm: .edDSA)
            #expect(key.isValid(columns[2], for: columns[1]) == (row[3] == "valid"))
        }
    }

    @Test("judges the ECDSA signatures of Wycheproof as it says")
    func wycheproofECDSA() throws {
        for row in try VectorFile.rows(of: "wycheproof-ecdsa-p256-sha256-p1363", columns: 4) {
            let columns = try row.prefix(3).map(VectorFile.bytes)
            let key = try VerifyingKey(
                pem: TestKey.p256(publicPoint: columns[0]), algorithm: .es256)
            #expect(key.isValid(columns[2], for: columns[1]) == (row[3] == "valid"))
        }
    }

    static let newKeys: [(SignatureAlgorithm, [String])] = [
        (.edDSA, ["-algorithm", "ED25519"]),
        (.es256, ["-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256"]),
        (.rs256, ["-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:2048"]),
    ]

    @Test("a signature fits its own message and key, and no other", arguments: newKeys)
    func roundTrip(algorithm: SignatureAlgorithm, options: [String]) throws {
        let pem = try TestKey.openssl(["genpkey"] + options)
        let key = try SignatureKey(pem: pem, algorithm: algorithm)
        let stranger = try VerifyingKey(
            pem: try TestKey.openssl(["genpkey"] + options), algorithm: algorithm)
        let publicHalf = try VerifyingKey(
            pem: try TestKey.publicHalf(of: pem), algorithm: algorithm)
        for message in [[], Array("header.claims".utf8), [UInt8](repeating: 7, count: 5000)] {
            let signature = key.signature(for: message)
            #expect(signature.count == (algorithm == .rs256 ? 256 : 64))
            #expect(publicHalf.isValid(signature, for: message))
            #expect(key.verifyingKey.isValid(signature, for: message))
            #expect(!publicHalf.isValid(signature, for: message + [0]))
            #expect(!publicHalf.isValid(signature.dropLast(), for: message))
            #expect(!publicHalf.isValid(signature + [0], for: message))
            #expect(!publicHalf.isValid([], for: message))
            #expect(!stranger.isValid(signature, for: message))
        }
        #expect("\(key)".contains("hidden"))
    }

    @Test("ES256 refuses numbers that are zero or not below the order, and DER")
    func rangeOfECDSA() throws {
        let pem = try TestKey.openssl(["genpkey"] + Self.newKeys[1].1)
        let key = try SignatureKey(pem: pem, algorithm: .es256)
        let signature = key.signature(for: [1])
        let zero = [UInt8](repeating: 0, count: 32)
        let order = try #require(
            Hex.decode("ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551".utf8))
        let (r, s) = (Array(signature.prefix(32)), Array(signature.suffix(32)))
        for forged in [zero + s, r + zero, zero + zero, order + s, r + order, s + r] {
            #expect(!key.verifyingKey.isValid(forged, for: [1]))
        }
        let der = [0x30, 0x44, 0x02, 0x20] + r + [0x02, 0x20] + s
        #expect(!key.verifyingKey.isValid(der, for: [1]))
    }

    static let unsuitable: [(SignatureAlgorithm, [String], SignatureKeyFault)] = [
        (.rs256, ["-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:1024"], .modulusSize),
        (.rs256, ["-algorithm", "RSA-PSS", "-pkeyopt", "rsa_keygen_bits:2048"], .otherAlgorithm),
        (.rs256, ["-algorithm", "ED25519"], .otherAlgorithm),
        (.es256, ["-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-384"], .otherAlgorithm),
        (.es256, ["-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:secp256k1"], .otherAlgorithm),
        (.es256, ["-algorithm", "ED25519"], .otherAlgorithm),
        (.edDSA, ["-algorithm", "ED448"], .otherAlgorithm),
        (.edDSA, ["-algorithm", "X25519"], .otherAlgorithm),
        (
            .edDSA, ["-algorithm", "ED25519", "-aes256", "-pass", "pass:swordfish"], .unreadable
        ),
    ]

    @Test("refuses a key that the algorithm cannot use, or that is locked", arguments: unsuitable)
    func unsuitableKeys(
        algorithm: SignatureAlgorithm, options: [String], fault: SignatureKeyFault
    ) throws {
        let pem = try TestKey.openssl(["genpkey"] + options)
        #expect(throws: fault) { try SignatureKey(pem: pem, algorithm: algorithm) }
        #expect(throws: fault) { try VerifyingKey(pem: pem, algorithm: algorithm) }
    }

    @Test(
        "refuses text that is not a key",
        arguments: [
            "", "swordfish", "-----BEGIN PUBLIC KEY-----\n-----END PUBLIC KEY-----\n",
            "-----BEGIN PRIVATE KEY-----\nMC4CAQAwBQYDK2VwBCIEIA==\n-----END PRIVATE KEY-----\n",
            "-----BEGIN PUBLIC KEY-----\nMCowBQYDK2VwAyEA\n",
        ])
    func unreadable(pem: String) {
        for algorithm in SignatureAlgorithm.allCases {
            #expect(throws: SignatureKeyFault.unreadable) {
                try SignatureKey(pem: pem, algorithm: algorithm)
            }
            #expect(throws: SignatureKeyFault.unreadable) {
                try VerifyingKey(pem: pem, algorithm: algorithm)
            }
        }
    }

    @Test("refuses to sign with a public key")
    func publicKeyCannotSign() throws {
        let pem = try TestKey.ed25519(public: [UInt8](repeating: 1, count: 32))
        #expect(throws: SignatureKeyFault.unreadable) {
            try SignatureKey(pem: pem, algorithm: .edDSA)
        }
    }
}
