/// Where a value came from.
public enum SettingSource: Hashable, Sendable {
    /// A variable of the environment.
    case environment(String)
    /// A file of the credentials directory (`LoadCredential=` of systemd).
    case credential(String)
    /// The settings file.
    case file(String)
    /// The default.
    case standard

    /// For people.
    public var description: String {
        switch self {
        case .environment(let name): "environment \(name)"
        case .credential: "credential"
        case .file(let path): path
        case .standard: "default"
        }
    }
}

/// The values in force, each with the place that it came from.
public struct SettingValues: Sendable {
    let texts: [String: (text: String, source: SettingSource)]
    /// The declared fields of the user.
    public let userFields: [UserFieldDeclaration]

    /// The value of a setting.
    public subscript<Value>(setting: Setting<Value>) -> Value {
        guard let text = texts[setting.definition.key]?.text, let value = setting.read(text) else {
            preconditionFailure("\(setting.definition.key) was checked when it was read")
        }
        return value
    }

    /// The value of a setting for people, hidden when it is secret, and where it came from.
    public func shown(_ definition: SettingDefinition) -> (text: String, source: SettingSource) {
        guard let (text, source) = texts[definition.key] else { return ("", .standard) }
        guard definition.isSecret else { return (text, source) }
        return (text.isEmpty ? "" : "(hidden)", source)
    }
}
