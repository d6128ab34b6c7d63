import ArgumentParser
import Settings

/// `gatereeve config`.
struct ConfigCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "config", abstract: "Look at the settings.",
        subcommands: [ConfigCheckCommand.self, ConfigReferenceCommand.self])
}

/// `gatereeve config check`.
struct ConfigCheckCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check",
        abstract: "Check the settings and print those in force, secrets hidden.",
        discussion: "Exits with 78 when there is a fault.")

    @OptionGroup var options: SettingsOptions

    func run() throws {
        let values = try options.load()
        for definition in AllSettings.definitions {
            let (text, source) = values.shown(definition)
            print("\(definition.key) = \(text.isEmpty ? "\"\"" : text)  (\(source.description))")
        }
        for field in values.userFields {
            print("user.fields.\(field.name) = \(field.kind.rawValue)")
        }
    }
}

/// `gatereeve config reference`.
struct ConfigReferenceCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "reference",
        abstract: "Print every setting with what it takes, as tables in Markdown.")

    func run() {
        print(SettingsPage.tables)
    }
}
