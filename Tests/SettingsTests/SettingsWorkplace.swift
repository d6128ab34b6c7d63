import Settings
import Testing

/// Reads settings of a test, with all that must be set.
enum SettingsWorkplace {
    static let secret = "Zk9-2mLq_8vXw0RtY4uPn6sBc1dFgHjK"

    static let required = [
        "GATEREEVE_PUBLIC_ORIGIN": "https://auth.example.org",
        "GATEREEVE_TOKENS_SIGNING_SECRET": secret,
    ]

    static func read(
        _ environment: [String: String] = [:], file: String? = nil,
        credentials: [String: String] = [:], without removed: [String] = []
    ) throws(SettingFaults) -> SettingValues {
        let all = required.filter { !removed.contains($0.key) }
            .merging(environment) { _, new in new }
        return try SettingsReader.read(
            SettingsReader.Sources(
                environment: all, file: file.map { (path: "/etc/test.yaml", text: $0) },
                credential: { credentials[$0] }))
    }

    /// The lines of the faults; none when the settings are good.
    static func faults(
        _ environment: [String: String] = [:], file: String? = nil,
        credentials: [String: String] = [:], without removed: [String] = []
    ) -> [String] {
        do {
            _ = try read(
                environment, file: file, credentials: credentials, without: removed)
            return []
        } catch {
            return error.faults.map(\.description)
        }
    }
}
