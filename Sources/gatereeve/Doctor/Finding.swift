import JSON

/// One line of what `gatereeve doctor` found.
struct Finding {
    /// How it stands.
    enum Level: String {
        /// As it should be.
        case ok
        /// Could not be looked at here.
        case skipped
        /// The service works, but something is not as it should be.
        case warning = "warn"
        /// The service, or a part of it, does not work.
        case failure = "FAIL"
    }

    let level: Level
    /// What was looked at.
    let subject: String
    /// How it is.
    let text: String
    /// What mends it; nil where nothing is to be mended.
    let remedy: String?

    static func ok(_ subject: String, _ text: String) -> Finding {
        Finding(level: .ok, subject: subject, text: text, remedy: nil)
    }

    static func skipped(_ subject: String, _ text: String) -> Finding {
        Finding(level: .skipped, subject: subject, text: text, remedy: nil)
    }

    static func warning(_ subject: String, _ text: String, mend: String) -> Finding {
        Finding(level: .warning, subject: subject, text: text, remedy: mend)
    }

    static func failure(_ subject: String, _ text: String, mend: String) -> Finding {
        Finding(level: .failure, subject: subject, text: text, remedy: mend)
    }

    /// For people: a line, and another for the remedy.
    var lines: [String] {
        func padded(_ text: String, _ width: Int) -> String {
            text + String(repeating: " ", count: max(0, width - text.count))
        }
        let first = "\(padded(level.rawValue, 7))  \(padded(subject, 12))  \(text)"
        let second = remedy.map { "\(padded("", 23))→ \($0)" }
        return [first, second].compactMap { $0?.withoutControls }
    }

    /// For scripts.
    var json: JSONValue {
        .members(
            ("level", .string(level.rawValue.lowercased())), ("subject", .string(subject)),
            ("message", .string(text)), ("remedy", JSONValue(remedy)))
    }
}
