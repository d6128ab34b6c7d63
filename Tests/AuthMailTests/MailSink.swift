import Foundation
import SMTP

/// A real mail server for one test: Tests/Support/smtp-sink.
final class MailSink {
    let port: UInt16
    let certificate: String
    private let process: Process
    private let directory: URL

    /// Starts the server and waits until it listens.
    ///
    /// - Parameters:
    ///   - options: See `smtp-sink --help`.
    ///   - port: 0 takes a free one.
    init(_ options: [String] = [], port: UInt16 = 0) throws {
        directory = FileManager.default.temporaryDirectory
            .appendingPathComponent("mail-sink-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
        certificate = directory.appendingPathComponent("certificate.pem").path
        process = Process()
        process.executableURL = Self.support("smtp-sink")
        process.arguments =
            [
                "--directory", directory.appendingPathComponent("mails").path,
                "--certificate-file", certificate, "--port", "\(port)",
            ] + options
        let output = Pipe()
        process.standardOutput = output
        try process.run()
        var text = ""
        while !text.hasSuffix("\n") {
            let bytes = output.fileHandleForReading.availableData
            guard !bytes.isEmpty else { throw SinkFault.didNotStart }
            text += String(decoding: bytes, as: UTF8.self)
        }
        guard let number = UInt16(text.dropLast()) else { throw SinkFault.didNotStart }
        self.port = number
    }

    deinit {
        stop()
        try? FileManager.default.removeItem(at: directory)
    }

    /// Ends the server; mails that it kept can still be read.
    func stop() {
        guard process.isRunning else { return }
        process.terminate()
        process.waitUntilExit()
    }

    /// How to reach it.
    func settings(
        _ security: SMTPSettings.Security = .none, credentials: SMTPCredentials? = nil
    ) -> SMTPSettings {
        var settings = SMTPSettings(
            host: "127.0.0.1", port: port, security: security, credentials: credentials)
        if security != .none { settings.certificateAuthorities = certificate }
        return settings
    }

    /// The mails it kept, in order of arrival.
    func mails() throws -> [KeptMail] {
        let kept = directory.appendingPathComponent("mails")
        let names = try FileManager.default.contentsOfDirectory(atPath: kept.path)
        return try names.filter { $0.hasSuffix(".eml") }.sorted().map { name in
            try KeptMail(file: kept.appendingPathComponent(name))
        }
    }

    /// A program in Tests/Support.
    static func support(_ name: String) -> URL {
        URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .appendingPathComponent("Support/\(name)")
    }

    enum SinkFault: Error { case didNotStart }
}

/// A mail as the mail package of Python reads it.
struct KeptMail: Decodable {
    let headers: [String: String]
    let headerNames: [String]
    let partTypes: [String]
    let partCharsets: [String]
    let partEncodings: [String]
    let parts: [String]
    let defects: [String]
    let longestLine: Int
    let longestHeaderLine: Int
    let isASCII: Bool
    let bareLineEnds: Int

    init(file: URL) throws {
        let process = Process()
        process.executableURL = MailSink.support("read-mail")
        process.arguments = [file.path]
        let output = Pipe()
        process.standardOutput = output
        try process.run()
        let bytes = output.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        self = try JSONDecoder().decode(KeptMail.self, from: bytes)
    }
}
