import Glibc
import JSON
import Logging

/// One line of the log.
enum LogLine {
    /// - Parameter members: Names and values; values are shown as text.
    static func write(
        _ level: Logger.Level, _ message: String, _ members: [(StaticString, String)],
        format: LineLogHandler.Format
    ) {
        write(level, message, members.map { ("\($0.0)", $0.1) }, format: format)
    }

    /// - Parameter members: Names and values; values are shown as text.
    static func write(
        _ level: Logger.Level, _ message: String, _ members: [(String, String)],
        format: LineLogHandler.Format
    ) {
        var bytes: [UInt8]
        switch format {
        case .json:
            var writer = JSONWriter(capacity: 256)
            writer.append(raw: #"{"time":"#)
            writer.append(string: timestamp())
            writer.append(raw: #","level":"#)
            writer.append(string: level.rawValue)
            writer.append(raw: #","message":"#)
            writer.append(string: message)
            for (name, value) in members {
                writer.append(raw: ",")
                writer.append(string: name)
                writer.append(raw: ":")
                writer.append(string: value)
            }
            writer.append(raw: "}")
            bytes = writer.bytes
        case .text:
            let details = members.map { " \($0.0)=\($0.1.escapedForLog)" }.joined()
            bytes = Array("<\(level.syslogPriority)>\(message.escapedForLog)\(details)".utf8)
        }
        bytes.append(UInt8(ascii: "\n"))
        _ = bytes.withUnsafeBytes { Glibc.write(STDERR_FILENO, $0.baseAddress, $0.count) }
    }

    /// Now, `2026-01-02T03:04:05.678Z` (RFC 3339).
    private static func timestamp() -> String {
        var now = timespec()
        clock_gettime(CLOCK_REALTIME, &now)
        var parts = tm()
        gmtime_r(&now.tv_sec, &parts)
        func digits(_ number: Int, _ width: Int) -> String {
            let text = String(number)
            return String(repeating: "0", count: max(0, width - text.count)) + text
        }
        return digits(Int(parts.tm_year) + 1900, 4) + "-" + digits(Int(parts.tm_mon) + 1, 2) + "-"
            + digits(Int(parts.tm_mday), 2) + "T" + digits(Int(parts.tm_hour), 2) + ":"
            + digits(Int(parts.tm_min), 2) + ":" + digits(Int(parts.tm_sec), 2) + "."
            + digits(now.tv_nsec / 1_000_000, 3) + "Z"
    }
}

extension String {
    /// On one line, whatever a client sent.
    fileprivate var escapedForLog: String {
        String(
            String.UnicodeScalarView(
                unicodeScalars.map { $0.value < 0x20 || $0.value == 0x7F ? "?" : $0 }))
    }
}

extension Logger.Level {
    /// The number of syslog(3).
    fileprivate var syslogPriority: Int {
        switch self {
        case .trace, .debug: 7
        case .info: 6
        case .notice: 5
        case .warning: 4
        case .error: 3
        case .critical: 2
        }
    }
}
