import Settings
import Testing

@Suite("finding settings")
struct SettingsReaderTests {
    @Test("without anything but what must be set every default is in force, and allowed")
    func defaults() throws {
        let values = try SettingsWorkplace.read()
        for definition in AllSettings.definitions {
            guard let standard = definition.standard else { continue }
            let (text, source) = values.shown(definition)
            #expect(source == .standard)
            #expect(text == standard || definition.isSecret, "\(definition.key)")
        }
        #expect(values[TokenKeys.accessLifetime] == 300)
        #expect(values[TokenKeys.rotateRefreshTokens] == false)
        #expect(values[ServerKeys.socketMode] == 0o660)
        #expect(values.userFields.isEmpty)
    }

    @Test("the environment wins over credentials, those over the file, that over defaults")
    func precedence() throws {
        let key = TokenKeys.accessLifetime.definition
        let file = "tokens:\n  access_lifetime: 10\n"
        let credentials = ["tokens.access_lifetime": "20\n"]
        let environment = ["GATEREEVE_TOKENS_ACCESS_LIFETIME": "30"]
        func shown(
            _ environment: [String: String], _ file: String?, _ credentials: [String: String]
        ) throws -> (text: String, source: SettingSource) {
            try SettingsWorkplace.read(environment, file: file, credentials: credentials).shown(key)
        }
        #expect(try shown([:], nil, [:]) == ("300", .standard))
        #expect(try shown([:], file, [:]) == ("10", .file("/etc/test.yaml")))
        #expect(try shown([:], file, credentials) == ("20", .credential(key.key)))
        #expect(
            try shown(environment, file, credentials)
                == ("30", .environment("GATEREEVE_TOKENS_ACCESS_LIFETIME")))
    }

    @Test("a value that hides behind a better source need not be allowed, the one in force must")
    func hiddenValue() throws {
        let file = "tokens:\n  access_lifetime: never\n"
        let values = try SettingsWorkplace.read(
            ["GATEREEVE_TOKENS_ACCESS_LIFETIME": "30"], file: file)
        #expect(values[TokenKeys.accessLifetime] == 30)
    }

    @Test("the line end of a credential's file is not a part of the secret")
    func lineEnd() throws {
        for end in ["", "\n", "\r\n", "\n\n"] {
            let values = try SettingsWorkplace.read(
                credentials: ["tokens.signing_secret": SettingsWorkplace.secret + end],
                without: ["GATEREEVE_TOKENS_SIGNING_SECRET"])
            #expect(values[TokenKeys.signingSecret] == SettingsWorkplace.secret)
        }
    }

    @Test("the file may be empty, have empty sections, lists and quoted numbers")
    func file() throws {
        for file in ["", "# nothing\n", "---\n", "tokens:\n", "tokens:\npublic:\n"] {
            #expect(SettingsWorkplace.faults(file: file) == [])
        }
        let other = "Hq7-0aLq_8vXw1RtY4uPn6sBc1dFgHjZ"
        let values = try SettingsWorkplace.read(
            file: """
                tokens:
                  access_lifetime: "60"
                  rotate_refresh_tokens: yes
                  verifying_secrets: [\(other), \(SettingsWorkplace.secret)]
                database:
                  socket:
                  host: db.example.org
                """)
        #expect(values[TokenKeys.accessLifetime] == 60)
        #expect(values[TokenKeys.rotateRefreshTokens])
        #expect(values[TokenKeys.verifyingSecrets] == [other, SettingsWorkplace.secret])
        #expect(values[DatabaseKeys.socket] == "")
    }

    @Test("secrets are hidden when the settings are shown")
    func hidden() throws {
        let values = try SettingsWorkplace.read(
            ["GATEREEVE_DATABASE_PASSWORD": "hunter2", "GATEREEVE_MAIL_SMTP_PASSWORD": "hunter3"])
        for definition in AllSettings.definitions {
            let text = values.shown(definition).text
            #expect(!text.contains("hunter") && !text.contains(SettingsWorkplace.secret))
            if definition.isSecret { #expect(text == "" || text == "(hidden)") }
        }
        #expect(values.shown(DatabaseKeys.password.definition).text == "(hidden)")
        #expect(values.shown(DatabaseKeys.migratePassword.definition).text == "")
    }

    @Test("what holds a secret is marked as one")
    func secretKeys() {
        for definition in AllSettings.definitions {
            let name = String(definition.key.drop { $0 != "." }.dropFirst())
            // An address of a mail server may have a password in it.
            let sounds =
                ["_password", "secret", "smtp_url"].contains { name.contains($0) }
                || name == "password"
            let isCount = definition.key.hasPrefix("login.") || definition.key.hasPrefix("links.")
            #expect(definition.isSecret == sounds || isCount || name.hasPrefix("password_"))
        }
    }
}
