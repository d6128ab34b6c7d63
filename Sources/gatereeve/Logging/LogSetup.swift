import Auth
import Foundation
import Logging
import Settings

/// Writes lines to standard error, each with one system call, so that lines of threads do not mix.
struct LineLogHandler: LogHandler {
    /// The form of a line.
    enum Format: Sendable {
        /// One JSON object.
        case json
        /// Text for people, with the priority that journald reads (`<6>`, see sd-daemon(3)).
        case text
    }

    let format: Format
    var logLevel: Logger.Level
    var metadata: Logger.Metadata = [:]

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    func log(event: LogEvent) {
        var all = metadata
        if let own = event.metadata { all.merge(own) { $1 } }
        let members = all.sorted { $0.key < $1.key }.map { ($0.key, "\($0.value)") }
        let line = LogLine.make(event.level, "\(event.message)", members, format: format)
        LogOutput.write(line, format: format)
    }
}

extension Logger {
    /// The log of the program.
    init(_ values: SettingValues) {
        let level = Logger.Level(rawValue: values[LogKeys.level]) ?? .info
        let format = LineLogHandler.Format(values)
        self.init(label: "gatereeve") { _ in LineLogHandler(format: format, logLevel: level) }
    }
}

extension LineLogHandler.Format {
    /// The setting `log.format`.
    init(_ values: SettingValues) {
        self = values[LogKeys.format] == "text" ? .text : .json
    }
}
