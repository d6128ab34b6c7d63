import Auth
import Foundation
import Logging
import Settings

/// Writes lines to standard error, each with one system call, so that lines of threads do not mix.
struct LineLogHandler: LogHandler {
    let format: LogLines.Format
    var logLevel: Logger.Level
    var metadata: Logger.Metadata = [:]

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    func log(event: LogEvent) {
        var all = metadata
        if let own = event.metadata { all.merge(own) { $1 } }
        var lines = LogLines(format: format)
        lines.begin(event.level, "\(event.message)")
        for (name, value) in all.sorted(by: { $0.key < $1.key }) { lines.add(name, "\(value)") }
        lines.end()
        LogOutput.write(lines.bytes, format: format)
    }
}

extension Logger {
    /// The log of the program.
    init(_ values: SettingValues) {
        let (level, format) = (Logger.Level(values), LogLines.Format(values))
        self.init(label: "gatereeve") { _ in LineLogHandler(format: format, logLevel: level) }
    }
}

extension Logger.Level {
    /// The setting `log.level`.
    init(_ values: SettingValues) {
        self = Logger.Level(rawValue: values[LogKeys.level]) ?? .info
    }
}

extension LogLines.Format {
    /// The setting `log.format`.
    init(_ values: SettingValues) {
        self = values[LogKeys.format] == "text" ? .text : .json
    }
}
