import Settings
import Testing

@Suite("faults of settings")
struct SettingFaultTests {
    @Test("what must be set is named, with what is allowed and how to set it")
    func missing() {
        let faults = SettingsWorkplace.faults(
            without: ["GATEREEVE_PUBLIC_ORIGIN", "GATEREEVE_TOKENS_SIGNING_SECRET"])
        #expect(faults.count == 2)
        #expect(
            faults.first
                == "public.origin: is missing; it must be `https://host` or `http://host`, without a "
                + "path. Set it in the file, as a credential, or as GATEREEVE_PUBLIC_ORIGIN.")
        #expect(faults.last?.hasPrefix("tokens.signing_secret: is missing; it must be ") == true)
    }

    @Test("every fault names the key, the value, its source and what is allowed; all come together")
    func together() {
        let faults = SettingsWorkplace.faults(
            ["GATEREEVE_TOKENS_LEEWAY": "121", "GATEREEVE_TOKENS_ALGORITHM": "none"],
            file: "server:\n  workers: 257\n", credentials: ["log.format": "xml"])
        #expect(
            faults == [
                "tokens.algorithm: \"none\" from environment GATEREEVE_TOKENS_ALGORITHM is not "
                    + "allowed; it must be `HS256`, `HS384`, `HS512`.",
                "tokens.leeway: \"121\" from environment GATEREEVE_TOKENS_LEEWAY is not allowed; it "
                    + "must be whole number, 0 to 120, in seconds.",
                "server.workers: \"257\" from /etc/test.yaml is not allowed; it must be whole number, "
                    + "0 to 256.",
                "log.format: \"xml\" from credential is not allowed; it must be `json`, `text`.",
            ])
    }

    @Test("no fault tells a secret")
    func hidden() {
        let secrets = [
            "GATEREEVE_TOKENS_SIGNING_SECRET": "hunter2",
            "GATEREEVE_TOKENS_VERIFYING_SECRETS": "hunter2,hunter3",
        ]
        let faults = SettingsWorkplace.faults(secrets)
        #expect(faults.count == 2)
        for fault in faults {
            #expect(fault.contains("the value (hidden)") && !fault.contains("hunter"))
        }
    }

    @Test(
        "a file that is no YAML is a fault that tells the line and shows none of it",
        arguments: [
            "tokens:\n  signing_secret: hunter2: x\n",
            "tokens:\n  signing_secret: \"hunter2\n", "tokens:\n  signing_secret: @hunter2\n",
            "tokens:\n  verifying_secrets: [hunter2, hunter3\n",
            "tokens:\n  signing_secret: hunter2\n  signing_secret: hunter3\n",
        ])
    func noYAML(file: String) {
        let faults = SettingsWorkplace.faults(file: file)
        #expect(faults.count == 1)
        #expect(faults.first?.hasPrefix("/etc/test.yaml: is not YAML: ") == true)
        #expect(faults.first?.contains("line ") == true)
        #expect(faults.first?.contains("hunter") == false)
        #expect(faults.first?.contains("\n") == false)
    }

    @Test("a misspelt key of the file is a fault")
    func unknownKeys() {
        #expect(
            SettingsWorkplace.faults(file: "tokens:\n  acess_lifetime: 10\nnothing:\n  x: 1\n")
                == [
                    "tokens.acess_lifetime: there is no such setting (in /etc/test.yaml)",
                    "nothing.x: there is no such setting (in /etc/test.yaml)",
                ])
    }

    @Test("a misspelt variable is a fault; variables of others are none")
    func unknownVariables() {
        #expect(
            SettingsWorkplace.faults([
                "GATEREEVE_TOKENS_ACESS_LIFETIME": "10", "GATEREEVE_CONFIG": "/x",
                "GATEREEVE_TOKENSX": "1", "PATH": "/bin", "TOKENS_LEEWAY": "999",
            ]) == ["GATEREEVE_TOKENS_ACESS_LIFETIME: there is no such setting"])
    }

    @Test(
        "a file of another shape is a fault that names it",
        arguments: [
            ("[1, 2]", "/etc/test.yaml"), ("just text", "/etc/test.yaml"),
            ("tokens: 7", "tokens"), ("tokens: [7]", "tokens"), ("a: b: c", "/etc/test.yaml"),
            ("tokens:\n  leeway: {a: 1}", "tokens.leeway"),
            ("tokens:\n  verifying_secrets: [[a]]", "tokens.verifying_secrets"),
            ("\"open", "/etc/test.yaml"), ("user:\n  fields: 7", "user.fields"),
        ])
    func shapes(file: String, key: String) {
        let faults = SettingsWorkplace.faults(file: file)
        #expect(faults.count == 1)
        #expect(faults.first?.hasPrefix("\(key): ") == true)
    }

    @Test(
        "the same key twice is a fault",
        arguments: [
            "tokens:\n  leeway: 1\n  leeway: 2\n", "tokens:\n  leeway: 1\ntokens:\n  leeway: 2\n",
        ])
    func twice(file: String) {
        #expect(!SettingsWorkplace.faults(file: file).isEmpty)
    }

    @Test(
        "values at and beyond their borders",
        arguments: [
            (
                "TOKENS_ACCESS_LIFETIME", ["1", "86400"],
                ["0", "86401", "-1", "1.5", "", "5m", " 5"]
            ),
            ("TOKENS_ROTATE_REFRESH_TOKENS", ["true", "No", "ON", "0"], ["", "maybe", "2"]),
            ("SERVER_SOCKET_MODE", ["600", "0660", "777"], ["599", "1000", "888", "rw", ""]),
            (
                "PUBLIC_PREFIX", ["/api/auth", "/a"],
                ["", "/", "api", "/api/", "/a//b", "/a?b"]
            ),
            (
                "PUBLIC_ORIGIN",
                ["https://a.org", "http://localhost:8080", "https://[::1]:443"],
                [
                    "", "a.org", "https://", "https://a.org/", "https://a.org/x", "ftp://a.org",
                    "https://a b", "https://a.org?x", "https://u@a.org", "https://a.org\n",
                    "HTTPS://a.org", "https://é.org",
                ]
            ),
            (
                "PUBLIC_VERIFY_EMAIL_URL",
                ["", "https://a.org/verify?t={token}", "http://a.org/#/{token}"],
                ["https://a.org/", "{token}", "https:///{token}", "https://a.org/ {token}", "x"]
            ),
            (
                "PUBLIC_PASSWORD_RESET_URL", ["", "https://a.org/{uid}/{token}"],
                ["https://a.org/{token}", "https://a.org/{uid}"]
            ),
            (
                "PUBLIC_SERVICE_NAME", ["x", "Zürich \u{1F600}"],
                ["", "a\nb", String(repeating: "x", count: 81)]
            ),
            ("DATABASE_SOCKET", ["", "/x"], ["x", "./x"]),
            ("MAIL_FROM", ["a@b.org"], ["", "a", "a@b.org\r\nBcc: x@y.z", "a b@c.de"]),
        ] as [(String, [String], [String])])
    func borders(name: String, good: [String], bad: [String]) {
        for text in good {
            #expect(SettingsWorkplace.faults(["GATEREEVE_\(name)": text]) == [], "\(text)")
        }
        for text in bad {
            #expect(SettingsWorkplace.faults(["GATEREEVE_\(name)": text]).count == 1, "\(text)")
        }
    }
}
