import SMTP
import Settings

extension FuzzTarget {
    /// The settings file, in which the foreign part begins behind a secret: no complaint shows that.
    static let settings = FuzzTarget("settings", longest: 16384) { bytes in
        let secret = "hidden-0123456789-abcdefghijklmnopqrstuvwxyz"
        let sources = SettingsReader.Sources(
            environment: ["GATEREEVE_PUBLIC_ORIGIN": "https://auth.example.org"],
            file: (
                "gatereeve.yaml", "tokens:\n  signing_secret: \(secret)" + String(foreign: bytes)
            ), credential: { _ in nil })
        let values: SettingValues
        do throws(SettingFaults) {
            values = try SettingsReader.read(sources)
        } catch {
            try require(!error.faults.isEmpty, "refused without a reason")
            try require(!error.description.contains(secret), "a complaint shows a secret")
            return
        }
        for definition in AllSettings.definitions where definition.isSecret {
            try require(!values.shown(definition).text.contains(secret), "a secret is shown")
        }
        try require((1...86400).contains(values[TokenKeys.accessLifetime]), "out of range")
        for field in values.userFields {
            try require((1...63).contains(field.name.utf8.count), "no name of a column")
            try require(field.lengthMinimum <= field.lengthMaximum, "no length fits")
            try require(field.minimum <= field.maximum, "no number fits")
        }
    }

    /// The URL of the mail server: a password leaves this machine encrypted only.
    static let smtpURL = FuzzTarget("smtp-url", longest: 4096) { bytes in
        guard let settings = try? SMTPSettings(url: String(foreign: bytes)) else { return }
        try require(!settings.host.isEmpty && settings.port > 0, "no server")
        try require(settings.host.utf8.allSatisfy { (0x21...0x7E).contains($0) }, "an odd host")
        let isLocal =
            settings.host.lowercased() == "localhost" || settings.host == "::1"
            || settings.host.hasPrefix("127.")
        try require(
            settings.credentials == nil || isLocal || settings.security != .none,
            "a password would cross a network in clear")
    }
}
