import Settings
import Testing

@Suite("secrets that sign tokens")
struct SigningSecretTests {
    private func isTaken(_ secret: String) -> Bool {
        SettingsWorkplace.faults(["GATEREEVE_TOKENS_SIGNING_SECRET": secret]).isEmpty
    }

    @Test(
        "a secret of 256 bits and many characters is taken",
        arguments: [
            "Zk9-2mLq_8vXw0RtY4uPn6sBc1dFgHjK",
            "q3Jk0v9Xc1mZ7yR5tB2nL8wD4sF6gH+/aPeUiOxVjKrMlTzQbNhYdCoWfSgEuIaX",
            "django-insecure-test-key-0123456789abcdefghijklmnop",
            "0123456789abcdef0f1e2d3c4b5a69788796a5b4c3d2e1f0",
            "éàüöñçßæøåþðłđħŋ",
        ])
    func strong(secret: String) {
        #expect(isTaken(secret))
    }

    @Test(
        "a short, sample, poor or repeated one is refused",
        arguments: [
            "", "secret", "Zk9-2mLq_8vXw0RtY4uPn6sBc1dFgHj", String(repeating: "a", count: 64),
            String(repeating: "ab", count: 32), String(repeating: "abcdefg", count: 10),
            String(repeating: "12345678", count: 8),
            String(repeating: "0123456789abcdef", count: 3),
            "please-change-me-0123456789abcdefghijk", "CHANGEME0123456789abcdefghijklmnop",
            "your-example-secret-0123456789abcdef", "Replace-Me-0123456789abcdefghijklmn",
            "change_me_change_me_0123456789abcdef",
        ])
    func weak(secret: String) {
        #expect(!isTaken(secret))
    }

    /// As Django makes them: 50 characters.
    private static let djangos = "q3Jk0v9Xc1mZ7yR5tB2nL8wD4sF6gH(p_e!iOxVjKrMlTzQbNh"

    @Test(
        "a secret that signs has as many bytes as the signature, or the service does not start",
        arguments: [("HS256", 32), ("HS384", 48), ("HS512", 64)])
    func length(algorithm: String, minimum: Int) throws {
        let long = "q3Jk0v9Xc1mZ7yR5tB2nL8wD4sF6gH+/aPeUiOxVjKrMlTzQbNhYdCoWfSgEuIaX"
        func faults(_ count: Int) -> [String] {
            SettingsWorkplace.faults([
                "GATEREEVE_TOKENS_ALGORITHM": algorithm,
                "GATEREEVE_TOKENS_SIGNING_SECRET": String(long.prefix(count)),
            ])
        }
        #expect(faults(minimum) == [])
        let fault = try #require(faults(minimum - 1).first)
        #expect(faults(minimum - 1).count == 1)
        #expect(fault.hasPrefix("tokens.signing_secret: the value (hidden) from environment "))
        #expect(fault.contains("\(minimum) bytes"))
    }

    @Test("what is too short tells the way out, and neither itself nor its length")
    func wayOut() {
        #expect(
            SettingsWorkplace.faults([
                "GATEREEVE_TOKENS_ALGORITHM": "HS512",
                "GATEREEVE_TOKENS_SIGNING_SECRET": Self.djangos,
            ]) == [
                "tokens.signing_secret: the value (hidden) from environment "
                    + "GATEREEVE_TOKENS_SIGNING_SECRET is too short for HS512, which needs at least 64 "
                    + "bytes (RFC 7518 §3.2). Make a longer one, and move this one to "
                    + "tokens.verifying_secrets, so that its tokens stay good."
            ])
    }

    @Test("Django's secret signs with HS256 and HS384, and goes on verifying with HS512")
    func django() {
        for algorithm in ["HS256", "HS384"] {
            #expect(
                SettingsWorkplace.faults([
                    "GATEREEVE_TOKENS_ALGORITHM": algorithm,
                    "GATEREEVE_TOKENS_SIGNING_SECRET": Self.djangos,
                ]) == [])
        }
        #expect(
            SettingsWorkplace.faults([
                "GATEREEVE_TOKENS_ALGORITHM": "HS512",
                "GATEREEVE_TOKENS_SIGNING_SECRET": Self.djangos + SettingsWorkplace.secret,
                "GATEREEVE_TOKENS_VERIFYING_SECRETS": Self.djangos,
            ]) == [])
    }

    @Test("each of the older secrets is judged alike")
    func older() {
        let good = SettingsWorkplace.secret
        for (list, isGood) in [
            ("", true), (good, true), ("\(good),\(good)x", true), ("\(good),short", false),
        ] {
            let faults = SettingsWorkplace.faults(["GATEREEVE_TOKENS_VERIFYING_SECRETS": list])
            #expect(faults.isEmpty == isGood)
        }
    }
}
