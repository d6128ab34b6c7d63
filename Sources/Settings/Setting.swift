/// One thing that an administrator can set: its key, what it takes, what it is when left out.
///
/// The table of all of them (``AllSettings``) is what the program reads, what it checks against, and
/// what `docs/configuration.md` is written from.
public struct Setting<Value: Sendable>: Sendable {
    /// All that does not depend on the type.
    public let definition: SettingDefinition
    /// Takes the text of a value; nil when it is not allowed.
    let read: @Sendable (String) -> Value?
}

/// The part of a setting that does not depend on the type of its value.
public struct SettingDefinition: Sendable {
    /// `section.name`, as in the file.
    public let key: String
    /// What is allowed, in words: type, range and unit.
    public let allowed: String
    /// The text of the value when it is left out; nil when it must be given.
    public let standard: String?
    /// Whether the value must never be shown.
    public let isSecret: Bool
    /// What it does, one or two sentences.
    public let meaning: String
    /// Whether a text is allowed.
    let accepts: @Sendable (String) -> Bool

    /// The variable that sets it: `GATEREEVE_SECTION_NAME`.
    public var environmentName: String {
        "GATEREEVE_" + key.uppercased().replacing(".", with: "_")
    }
}

extension Setting {
    init(
        _ key: String, allowed: String, standard: String?, isSecret: Bool = false,
        _ meaning: String, read: @escaping @Sendable (String) -> Value?
    ) {
        definition = SettingDefinition(
            key: key, allowed: allowed, standard: standard, isSecret: isSecret, meaning: meaning,
            accepts: { read($0) != nil })
        self.read = read
    }
}

extension Setting where Value == Int {
    static func integer(
        _ key: String, _ range: ClosedRange<Int>, unit: String? = nil, standard: Int,
        _ meaning: String
    ) -> Self {
        Self(
            key,
            allowed: "whole number, \(range.lowerBound) to \(range.upperBound)"
                + (unit.map { ", in \($0)" } ?? ""),
            standard: String(standard), meaning
        ) { text in Int(text).flatMap { range.contains($0) ? $0 : nil } }
    }
}

extension Setting where Value == Bool {
    static func boolean(_ key: String, standard: Bool, _ meaning: String) -> Self {
        Self(key, allowed: "`true` or `false`", standard: String(standard), meaning) {
            switch $0.lowercased() {
            case "true", "yes", "on", "1": true
            case "false", "no", "off", "0": false
            default: nil
            }
        }
    }
}

extension Setting where Value == String {
    static func text(
        _ key: String, allowed: String = "text", standard: String?, isSecret: Bool = false,
        _ meaning: String, where isAllowed: @escaping @Sendable (String) -> Bool = { _ in true }
    ) -> Self {
        Self(key, allowed: allowed, standard: standard, isSecret: isSecret, meaning) {
            isAllowed($0) ? $0 : nil
        }
    }

    static func choice(
        _ key: String, _ choices: [String], standard: String, _ meaning: String
    ) -> Self {
        text(
            key, allowed: choices.map { "`\($0)`" }.joined(separator: ", "), standard: standard,
            meaning
        ) { choices.contains($0) }
    }

    static func path(_ key: String, standard: String, _ meaning: String) -> Self {
        text(key, allowed: "absolute path, or empty", standard: standard, meaning) {
            $0.isEmpty || $0.hasPrefix("/")
        }
    }
}
