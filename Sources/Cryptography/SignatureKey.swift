import COpenSSL

/// A private key that signs; all threads may use it at once.
public final class SignatureKey: Sendable {
    /// What the key signs with.
    public let algorithm: SignatureAlgorithm

    private let key: AsymmetricKey

    /// Reads a private key.
    ///
    /// - Parameter pem: PEM text without passphrase, as `openssl genpkey` writes it.
    /// - Throws: ``SignatureKeyFault``.
    public init(pem: String, algorithm: SignatureAlgorithm) throws(SignatureKeyFault) {
        key = try AsymmetricKey(privatePEM: pem)
        try key.check(for: algorithm)
        self.algorithm = algorithm
    }

    /// The public half.
    public var verifyingKey: VerifyingKey { VerifyingKey(key: key, algorithm: algorithm) }

    /// Signs a message.
    ///
    /// - Returns: The signature in the form that JSON Web Tokens carry.
    public func signature(for message: Span<UInt8>) -> [UInt8] {
        let signature = key.sign(message, algorithm)
        guard algorithm == .es256 else { return signature }
        guard let raw = ECDSASignature.rawForm(ofDER: signature) else {
            preconditionFailure("libcrypto made a signature that it cannot read")
        }
        return raw
    }

    /// Signs a message.
    public func signature(for message: [UInt8]) -> [UInt8] { signature(for: message.span) }
}

/// A public key that checks signatures; all threads may use it at once.
public final class VerifyingKey: Sendable {
    /// What signatures are checked with; a token has no say in it.
    public let algorithm: SignatureAlgorithm

    private let key: AsymmetricKey

    /// Reads a public key, or the public half of a private one.
    ///
    /// - Parameter pem: PEM text without passphrase.
    /// - Throws: ``SignatureKeyFault``.
    public convenience init(
        pem: String, algorithm: SignatureAlgorithm
    ) throws(SignatureKeyFault) {
        let key = try AsymmetricKey(publicOrPrivatePEM: pem)
        try key.check(for: algorithm)
        self.init(key: key, algorithm: algorithm)
    }

    fileprivate init(key: AsymmetricKey, algorithm: SignatureAlgorithm) {
        self.key = key
        self.algorithm = algorithm
    }

    /// Whether the signature is this key's over the message.
    public func isValid(_ signature: [UInt8], for message: Span<UInt8>) -> Bool {
        guard algorithm == .es256 else { return key.verify(signature, message, algorithm) }
        guard let der = ECDSASignature.derForm(ofRaw: signature) else { return false }
        return key.verify(der, message, algorithm)
    }

    /// Whether the signature is this key's over the message.
    public func isValid(_ signature: [UInt8], for message: [UInt8]) -> Bool {
        isValid(signature, for: message.span)
    }
}

extension SignatureKey: CustomStringConvertible, CustomReflectable {
    /// The same text for every key of the algorithm.
    public var description: String { "SignatureKey(\(algorithm.rawValue), hidden)" }

    /// Shows no part.
    public var customMirror: Mirror { Mirror(self, children: [:]) }
}
