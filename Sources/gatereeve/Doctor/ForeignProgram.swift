import Foundation

/// Runs a program of the system and reads what it says.
enum ForeignProgram {
    /// What came of it.
    struct Outcome {
        let status: Int32
        /// Standard output and standard error.
        let text: String
    }

    /// Where a program is; nil when it is not installed.
    static func path(of name: String) -> String? {
        ["/usr/sbin", "/usr/bin", "/sbin", "/bin"].map { "\($0)/\(name)" }
            .first { FileManager.default.isExecutableFile(atPath: $0) }
    }

    /// Runs a program with nothing on its standard input.
    ///
    /// - Parameters:
    ///   - path: The program.
    ///   - arguments: Its arguments; no shell sees them.
    ///   - seconds: After this time it is ended.
    static func run(_ path: String, _ arguments: [String], within seconds: Double) -> Outcome? {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: path)
        process.arguments = arguments
        // Settings in our environment may be secrets; the program needs none of them.
        process.environment = ["PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL": "C.UTF-8"]
        let output = Pipe()
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = output
        process.standardError = output
        guard (try? process.run()) != nil else { return nil }
        let timer = DispatchSource.makeTimerSource()
        timer.schedule(deadline: .now() + seconds)
        timer.setEventHandler { process.terminate() }
        timer.resume()
        let data = (try? output.fileHandleForReading.readToEnd()) ?? Data()
        process.waitUntilExit()
        timer.cancel()
        return Outcome(
            status: process.terminationStatus, text: String(decoding: data, as: UTF8.self))
    }
}
