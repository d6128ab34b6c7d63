import Glibc
import JSON
import Logging

/// Lines of the log, one after another, as bytes.
struct LogLines {
    /// The form of a line.
    enum Format: Sendable {
        /// One JSON object.
        case json
        /// Text for people, with the priority that journald reads (`<6>`, see sd-daemon(3)).
        case text
    }

    private let format: Format
    private var writer: JSONWriter
    /// The second that was written last, and how; the calendar is not asked for each line.
    private var second = Int.min
    private var secondText: [UInt8] = []

    /// - Parameter capacity: About how many bytes will be written.
    init(format: Format, capacity: Int = 256) {
        self.format = format
        writer = JSONWriter(capacity: capacity)
    }

    /// What has been written, in UTF-8.
    var bytes: [UInt8] { writer.bytes }

    /// Takes out what has been written.
    ///
    /// - Parameter capacity: About how many bytes will be written next.
    mutating func take(capacity: Int) -> [UInt8] { writer.take(capacity: capacity) }

    /// Begins a line.
    mutating func begin(_ level: Logger.Level, _ message: String) {
        switch format {
        case .json:
            writer.append(raw: #"{"time":""#)
            appendTime()
            writer.append(raw: #"","level":"#)
            writer.append(string: level.rawValue)
            writer.append(raw: #","message":"#)
            writer.append(string: message)
        case .text:
            writer.append(raw: "<")
            writer.append(integer: Int64(level.syslogPriority))
            writer.append(raw: ">")
            writer.append(plain: message)
        }
    }

    /// Adds a member; every value is a text.
    mutating func add(_ name: String, _ value: String) {
        switch format {
        case .json:
            writer.append(raw: ",")
            writer.append(string: name)
            writer.append(raw: ":")
        case .text:
            writer.append(raw: " ")
            writer.append(plain: name)
            writer.append(raw: "=")
        }
        append(value)
    }

    /// A name that is written again and again, with all that stands around it.
    struct Name: Sendable {
        fileprivate let json: [UInt8]
        fileprivate let text: [UInt8]

        /// - Parameter name: Without anything that JSON would escape.
        init(_ name: String) {
            json = Array(",\"\(name)\":".utf8)
            text = Array(" \(name)=".utf8)
        }
    }

    /// Adds a member whose name is ready.
    mutating func add(_ name: Name, _ value: String) {
        append(name)
        append(value)
    }

    /// Adds a member with a number, which is written as a text, too.
    mutating func add(_ name: Name, _ value: UInt64) {
        append(name)
        if format == .json { writer.append(raw: "\"") }
        writer.append(unsigned: value)
        if format == .json { writer.append(raw: "\"") }
    }

    private mutating func append(_ name: Name) {
        writer.append(bytes: format == .json ? name.json : name.text)
    }

    private mutating func append(_ value: String) {
        switch format {
        case .json: writer.append(string: value)
        case .text: writer.append(plain: value)
        }
    }

    /// Ends the line.
    mutating func end() {
        switch format {
        case .json: writer.append(raw: "}\n")
        case .text: writer.append(raw: "\n")
        }
    }

    /// Now, `2026-01-02T03:04:05.678Z` (RFC 3339).
    private mutating func appendTime() {
        var now = timespec()
        clock_gettime(CLOCK_REALTIME, &now)
        if now.tv_sec != second {
            second = now.tv_sec
            secondText = Self.text(ofSecond: second)
        }
        writer.append(bytes: secondText)
        let milliseconds = now.tv_nsec / 1_000_000
        if milliseconds < 100 { writer.append(raw: "0") }
        if milliseconds < 10 { writer.append(raw: "0") }
        writer.append(integer: Int64(milliseconds))
        writer.append(raw: "Z")
    }

    /// All of a time but its milliseconds, with the dot before them.
    private static func text(ofSecond second: Int) -> [UInt8] {
        var (second, parts) = (second, tm())
        gmtime_r(&second, &parts)
        var text: [UInt8] = []
        func put(_ value: CInt, width: Int, _ mark: UInt8) {
            let digits = String(value)
            text += [UInt8](repeating: UInt8(ascii: "0"), count: max(0, width - digits.utf8.count))
            text += digits.utf8
            text.append(mark)
        }
        put(parts.tm_year + 1900, width: 4, UInt8(ascii: "-"))
        put(parts.tm_mon + 1, width: 2, UInt8(ascii: "-"))
        put(parts.tm_mday, width: 2, UInt8(ascii: "T"))
        put(parts.tm_hour, width: 2, UInt8(ascii: ":"))
        put(parts.tm_min, width: 2, UInt8(ascii: ":"))
        put(parts.tm_sec, width: 2, UInt8(ascii: "."))
        return text
    }
}

extension JSONWriter {
    /// On one line, whatever a client sent.
    fileprivate mutating func append(plain text: String) {
        append(bytes: text.utf8.map { $0 < 0x20 || $0 == 0x7F ? UInt8(ascii: "?") : $0 })
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
