import ArgumentParser
import Foundation
import Logging
import Settings

/// The option that every command has, and the way from it to the settings.
struct SettingsOptions: ParsableArguments {
    @Option(
        name: .long,
        help: ArgumentHelp(
            "The settings file (YAML).",
            discussion:
                "Default: $GATEREEVE_CONFIG, else /etc/gatereeve/gatereeve.yaml if it exists.",
            valueName: "file"))
    var config: String?

    private static let standardPath = "/etc/gatereeve/gatereeve.yaml"

    /// Reads and checks the settings.
    ///
    /// Secrets come from the directory that systemd hands over. Without one, a command that root
    /// types for the installed service reads those of the installation.
    ///
    /// - Parameter standIns: Secrets to take where there is none, for a command that does not use
    ///   them.
    /// - Throws: `ExitCode` 78 (`EX_CONFIG` of sysexits.h) after it has printed all faults.
    func load(standIns: [String: String] = [:]) throws -> SettingValues {
        let environment = ProcessInfo.processInfo.environment
        let isInstalled = config == nil && environment["GATEREEVE_CONFIG"] == nil
        let directory =
            environment["CREDENTIALS_DIRECTORY"] ?? (isInstalled ? CredentialFile.directory : nil)
        let sources = SettingsReader.Sources(
            environment: environment, file: try file(environment),
            credential: { name in
                let text = directory.flatMap {
                    try? String(contentsOfFile: "\($0)/\(name)", encoding: .utf8)
                }
                // A unit passes an empty one for each secret that has no file.
                let isEmpty = text?.allSatisfy(\.isWhitespace) ?? true
                return isEmpty ? standIns[name] : text
            })
        do throws(SettingFaults) {
            return try SettingsReader.read(sources)
        } catch {
            Complaint.print("The settings have faults:\n\(error)")
            throw ExitCode(78)
        }
    }

    /// The path that was asked for must be readable; the default one need not exist.
    private func file(_ environment: [String: String]) throws -> (path: String, text: String)? {
        let asked = config ?? environment["GATEREEVE_CONFIG"]
        let path = asked ?? Self.standardPath
        if asked == nil, !FileManager.default.fileExists(atPath: path) { return nil }
        // A FileHandle reads devices and pipes, too; String(contentsOfFile:) does not.
        guard let handle = FileHandle(forReadingAtPath: path) else {
            let reason = String(cString: strerror(errno))
            Complaint.print("The settings file \(path) cannot be read: \(reason)")
            throw ExitCode(78)
        }
        guard let text = String(data: try handle.readToEnd() ?? Data(), encoding: .utf8) else {
            Complaint.print("The settings file \(path) is not UTF-8")
            throw ExitCode(78)
        }
        return (path, text)
    }
}

/// What goes wrong before the log is set up, or at the command line.
enum Complaint {
    /// Prints to standard error.
    ///
    /// - Parameter priority: For the journal, when standard error leads there (sd-daemon(3)).
    static func print(_ text: String, priority: Logger.Level? = nil) {
        let mark = priority.map { Journal.isStandardError ? "<\($0.syslogPriority)>" : "" } ?? ""
        FileHandle.standardError.write(Data("\(mark)gatereeve: \(text)\n".utf8))
    }
}
