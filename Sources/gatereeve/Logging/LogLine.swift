import Glibc
import JSON
import Logging

/// One line of the log.
enum LogLine {
    /// Makes a line.
    ///
    /// - Parameter members: Names and values; values are shown as text.
    static func make(
        _ level: Logger.Level, _ message: String, _ members: [(String, String)],
        format: LineLogHandler.Format
    ) -> [UInt8] {
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
            writer.append(raw: "}\n")
            return writer.bytes
        case .text:
            let details = members.map { " \($0.0)=\($0.1.escapedForLog)" }.joined()
            return Array(
                "<\(level.syslogPriority)>\(message.escapedForLog)\(details)\n".utf8)
        }
    }

    /// Now, `2026-01-02T03:04:05.678Z` (RFC 3339).
    private static func timestamp() -> String {
        var now = timespec()
        clock_gettime(CLOCK_REALTIME, &now)
        var parts = tm()
        gmtime_r(&now.tv_sec, &parts)
        return String(unsafeUninitializedCapacity: 24) { buffer in
            var end = 0
            func put(_ value: Int, _ width: Int, _ mark: UInt8) {
                var value = value
                for place in (end..<end + width).reversed() {
                    buffer[place] = 0x30 + UInt8(value % 10)
                    value /= 10
                }
                buffer[end + width] = mark
                end += width + 1
            }
            put(Int(parts.tm_year) + 1900, 4, UInt8(ascii: "-"))
            put(Int(parts.tm_mon) + 1, 2, UInt8(ascii: "-"))
            put(Int(parts.tm_mday), 2, UInt8(ascii: "T"))
            put(Int(parts.tm_hour), 2, UInt8(ascii: ":"))
            put(Int(parts.tm_min), 2, UInt8(ascii: ":"))
            put(Int(parts.tm_sec), 2, UInt8(ascii: "."))
            put(now.tv_nsec / 1_000_000, 3, UInt8(ascii: "Z"))
            return end
        }
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
    var syslogPriority: Int {
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
