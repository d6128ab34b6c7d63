import Foundation
import Testing

@testable import Settings

@Suite("docs/configuration.md")
struct SettingsPageTests {
    private func page() throws -> String {
        let file = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
            .deletingLastPathComponent().deletingLastPathComponent()
            .appendingPathComponent("docs/configuration.md")
        return try String(contentsOf: file, encoding: .utf8)
    }

    @Test("its tables are those that `gatereeve config reference` prints")
    func tables() throws {
        let page = try page()
        let begin = try #require(page.range(of: "<!-- begin: gatereeve config reference -->\n"))
        let end = try #require(page.range(of: "<!-- end: gatereeve config reference -->\n"))
        #expect(
            page[begin.upperBound..<end.lowerBound] == SettingsPage.tables + "\n",
            "print them anew with `gatereeve config reference`")
    }

    @Test("it names every property of a declared field, with what it takes")
    func properties() throws {
        let page = try page()
        for property in UserFieldDeclaration.properties {
            #expect(page.contains("| `\(property.name)` | \(property.allowed) |"), "\(property)")
        }
    }

    @Test("its example is a file that is accepted")
    func example() throws {
        let page = try page()
        let begin = try #require(page.range(of: "```yaml\n"))
        let rest = page[begin.upperBound...]
        let end = try #require(rest.range(of: "```\n"))
        let values = try SettingsWorkplace.read(
            file: String(rest[..<end.lowerBound]), without: ["GATEREEVE_PUBLIC_ORIGIN"])
        #expect(values[PublicSettings.origin] == "https://auth.example.org")
        #expect(!values.userFields.isEmpty)
    }

    @Test("no cell breaks its table, and every key is told once")
    func cells() {
        for definition in AllSettings.definitions {
            for cell in [definition.key, definition.allowed, definition.meaning] {
                #expect(!cell.contains("|") && !cell.contains("\n") && !cell.isEmpty)
            }
        }
        let keys = AllSettings.definitions.map(\.key)
        #expect(Set(keys).count == keys.count)
        #expect(Set(AllSettings.definitions.map(\.environmentName)).count == keys.count)
    }
}
