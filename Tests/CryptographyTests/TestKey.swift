import Cryptography
import Foundation
import Testing

/// PEM text for tests: of published keys, or of new ones that `openssl` makes.
enum TestKey {
    static func ed25519(private key: [UInt8]) throws -> String {
        try pem("PRIVATE KEY", "302e020100300506032b657004220420", key)
    }

    static func ed25519(public key: [UInt8]) throws -> String {
        try pem("PUBLIC KEY", "302a300506032b6570032100", key)
    }

    static func p256(publicPoint point: [UInt8]) throws -> String {
        try pem("PUBLIC KEY", "3059301306072a8648ce3d020106082a8648ce3d030107034200", point)
    }

    /// - Parameter prefix: The DER around the key up to its first byte (RFC 8410 §7, RFC 5480 §2).
    private static func pem(_ label: String, _ prefix: String, _ key: [UInt8]) throws -> String {
        let der = try #require(Hex.decode(prefix.utf8)) + key
        return "-----BEGIN \(label)-----\n\(Base64.encode(der))\n-----END \(label)-----\n"
    }

    static func generate(_ options: String...) throws -> String {
        try openssl(["genpkey"] + options)
    }

    static func publicHalf(of pem: String) throws -> String {
        try openssl(["pkey", "-pubout"], input: pem)
    }

    static func openssl(_ arguments: [String], input: String = "") throws -> String {
        let (process, standardInput, output) = (Process(), Pipe(), Pipe())
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = ["openssl"] + arguments
        (process.standardInput, process.standardOutput) = (standardInput, output)
        process.standardError = FileHandle.nullDevice
        try process.run()
        try standardInput.fileHandleForWriting.write(contentsOf: Data(input.utf8))
        try standardInput.fileHandleForWriting.close()
        let data = try output.fileHandleForReading.readToEnd() ?? Data()
        process.waitUntilExit()
        try #require(process.terminationStatus == 0)
        return String(decoding: data, as: UTF8.self)
    }
}
