/// The tables of `docs/configuration.md`, written from the settings themselves.
public enum SettingsPage {
    /// A heading and a table for each section.
    public static var tables: String {
        var page = ""
        var section = ""
        for definition in AllSettings.definitions {
            let own = String(definition.key.prefix { $0 != "." })
            if own != section {
                section = own
                page += "\n### `\(section)`\n\n| key | allowed | default | meaning |\n"
                page += "| --- | --- | --- | --- |\n"
            }
            let standard =
                switch definition.standard {
                case nil: "must be set"
                case ""?: "empty"
                case let text?: "`\(text)`"
                }
            let secret = definition.isSecret ? " **Secret.**" : ""
            page += "| `\(definition.key)` | \(definition.allowed) | \(standard) "
            page += "| \(definition.meaning)\(secret) |\n"
        }
        return page
    }
}
