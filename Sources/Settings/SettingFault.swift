/// What is wrong with the settings; every fault names its key and what is allowed.
public struct SettingFault: Error, Hashable, Sendable, CustomStringConvertible {
    /// The key, or the file.
    public let key: String
    /// What is wrong, without the value when it is secret.
    public let reason: String

    init(_ key: String, _ reason: String) {
        self.key = key
        self.reason = reason
    }

    /// One line.
    public var description: String { "\(key): \(reason)" }
}

/// All faults of the settings.
public struct SettingFaults: Error, Sendable, CustomStringConvertible {
    /// In the order of the documentation.
    public let faults: [SettingFault]

    /// A line for each.
    public var description: String { faults.map(\.description).joined(separator: "\n") }
}
