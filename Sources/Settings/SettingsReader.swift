import Yams

/// Finds and checks the settings: environment before credentials before the file before defaults.
public struct SettingsReader {
    /// What the reader reads; the program passes the real thing, a test its own.
    public struct Sources: Sendable {
        /// The variables of the environment.
        public var environment: [String: String]
        /// Path and text of the settings file; nil without one.
        public var file: (path: String, text: String)?
        /// Gives the text of a credential; nil when there is none of that name.
        public var credential: @Sendable (String) -> String?

        /// Sources of their parts.
        public init(
            environment: [String: String], file: (path: String, text: String)?,
            credential: @escaping @Sendable (String) -> String?
        ) {
            self.environment = environment
            self.file = file
            self.credential = credential
        }
    }

    /// Reads and checks everything.
    ///
    /// - Throws: All faults together.
    public static func read(_ sources: Sources) throws(SettingFaults) -> SettingValues {
        var faults: [SettingFault] = []
        let file = SettingsFile(sources.file, faults: &faults)
        var texts: [String: (text: String, source: SettingSource)] = [:]
        for definition in AllSettings.definitions {
            let found =
                sources.environment[definition.environmentName]
                .map { ($0, SettingSource.environment(definition.environmentName)) }
                ?? sources.credential(definition.key)
                .map { ($0.withoutLineEnd, SettingSource.credential(definition.key)) }
                ?? file.texts[definition.key].map { ($0, SettingSource.file(file.path)) }
                ?? definition.standard.map { ($0, SettingSource.standard) }
            guard let (text, source) = found else {
                faults.append(
                    SettingFault(
                        definition.key,
                        "is missing; it must be \(definition.allowed). Set it in the file, as a "
                            + "credential, or as \(definition.environmentName)."))
                continue
            }
            if !definition.accepts(text) {
                let value = definition.isSecret ? "the value (hidden)" : "\"\(text)\""
                faults.append(
                    SettingFault(
                        definition.key,
                        "\(value) from \(source.description) is not allowed; it must be "
                            + "\(definition.allowed)."))
            }
            texts[definition.key] = (text, source)
        }
        faults += shortSecret(texts)
        faults += unknownVariables(in: sources.environment)
        guard faults.isEmpty else { throw SettingFaults(faults: faults) }
        return SettingValues(texts: texts, userFields: file.userFields)
    }

    /// A secret that is long enough by itself, and too short for the algorithm.
    ///
    /// Those that only verify may be shorter, as Django's secrets of 50 characters are: thus a site
    /// changes to a longer one while the tokens of the old one are still good.
    private static func shortSecret(
        _ texts: [String: (text: String, source: SettingSource)]
    ) -> [SettingFault] {
        let (key, algorithm) = (TokenKeys.signingSecret.definition, TokenKeys.algorithm.definition)
        guard let secret = texts[key.key], key.accepts(secret.text),
            let name = texts[algorithm.key]?.text, algorithm.accepts(name)
        else { return [] }
        let minimum = SigningSecret.byteMinimum(for: name)
        guard secret.text.utf8.count < minimum else { return [] }
        return [
            SettingFault(
                key.key,
                "the value (hidden) from \(secret.source.description) is too short for \(name), "
                    + "which needs at least \(minimum) bytes (RFC 7518 §3.2). Make a longer one, and "
                    + "move this one to \(TokenKeys.verifyingSecrets.definition.key), so that its "
                    + "tokens stay good.")
        ]
    }

    /// Variables that look like settings and are none: a misspelt name would have no effect.
    private static func unknownVariables(in environment: [String: String]) -> [SettingFault] {
        let known = Set(AllSettings.definitions.map(\.environmentName))
        let sections = Set(
            AllSettings.definitions.map {
                "GATEREEVE_" + $0.key.prefix { $0 != "." }.uppercased() + "_"
            })
        return environment.keys.sorted()
            .filter { name in
                !known.contains(name) && sections.contains { name.hasPrefix($0) }
            }
            .map { SettingFault($0, "there is no such setting") }
    }
}

extension String {
    /// Without the line end that editors put behind the text of a file.
    fileprivate var withoutLineEnd: String {
        var text = self
        while text.last?.isNewline == true { text.removeLast() }
        return text
    }
}
