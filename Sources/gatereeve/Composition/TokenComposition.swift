import Auth
import Cryptography
import Settings

/// The keys of the service, derived from the secrets of the settings.
struct Keys {
    let signer: TokenSigner
    let oneTime: OneTimeTokenKeys
    let device: DeviceTokens

    /// - Throws: Nothing that a checked secret can cause.
    init(_ values: SettingValues) throws {
        let secrets = Keys.secrets(values)
        let algorithm = TokenSigner.Algorithm(values)
        signer = TokenSigner(
            algorithm: algorithm,
            keys: try secrets.map { try HMACKey($0, algorithm: algorithm.hash) })
        // A key of its own: what signs tokens for others to read must not open accounts.
        oneTime = OneTimeTokenKeys(try Keys.derive("gatereeve one-time tokens", from: secrets))
        device = DeviceTokens(try Keys.derive("gatereeve device cookies", from: secrets))
    }

    private static func derive(_ purpose: String, from secrets: [SecretBytes]) throws -> [HMACKey] {
        try secrets.map { try HMACKey(HKDF.deriveKey(secret: $0, info: purpose, byteCount: 32)) }
    }

    /// The signing secret, then those that verify as well.
    fileprivate static func secrets(_ values: SettingValues) -> [SecretBytes] {
        ([values[TokenKeys.signingSecret]] + values[TokenKeys.verifyingSecrets])
            .map { SecretBytes(utf8: $0) }
    }
}

extension TokenInspection {
    /// The section `tokens`, with a signer for each key.
    init(_ values: SettingValues) throws {
        let algorithm = TokenSigner.Algorithm(values)
        let signers = try Keys.secrets(values).enumerated().map { index, secret in
            NamedSigner(
                name: index == 0
                    ? "tokens.signing_secret" : "tokens.verifying_secrets, number \(index)",
                signer: TokenSigner(
                    algorithm: algorithm, keys: [try HMACKey(secret, algorithm: algorithm.hash)]))
        }
        self.init(signers: signers, settings: TokenSettings(values))
    }
}

extension TokenSigner.Algorithm {
    fileprivate init(_ values: SettingValues) {
        self = Self(rawValue: values[TokenKeys.algorithm]) ?? .hs256
    }

    fileprivate var hash: HMACKey.Algorithm {
        switch self {
        case .hs256: .sha256
        case .hs384: .sha384
        case .hs512: .sha512
        }
    }
}

extension TokenSettings {
    /// The section `tokens`.
    init(_ values: SettingValues) {
        self.init()
        accessLifetime = Int64(values[TokenKeys.accessLifetime])
        refreshLifetime = Int64(values[TokenKeys.refreshLifetime])
        leeway = Int64(values[TokenKeys.leeway])
        rotatesRefreshTokens = values[TokenKeys.rotateRefreshTokens]
        rotationGracePeriod = Int64(values[TokenKeys.rotationGracePeriod])
        detectsReuseAtOnce = values[TokenKeys.detectReuseAtOnce]
        issuer = values[TokenKeys.issuer].isEmpty ? nil : values[TokenKeys.issuer]
        audience = values[TokenKeys.audience].isEmpty ? nil : values[TokenKeys.audience]
    }
}
