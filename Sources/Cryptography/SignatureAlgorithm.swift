/// A signature with a private and a public key, as JSON Web Tokens name them.
public enum SignatureAlgorithm: String, Hashable, Sendable, CaseIterable {
    /// Ed25519 (RFC 8037 §3.1); signatures of 64 bytes.
    case edDSA = "EdDSA"
    /// ECDSA on P-256 with SHA-256 (RFC 7518 §3.4); `r` and `s` of 32 bytes each.
    case es256 = "ES256"
    /// RSA with PKCS #1 v1.5 padding and SHA-256 (RFC 7518 §3.3); as long as the modulus.
    case rs256 = "RS256"
}

/// Why a key was not accepted; never says anything of the key itself.
public enum SignatureKeyFault: Error, Hashable, Sendable {
    /// Not PEM text of such a key, damaged, or locked with a passphrase.
    case unreadable
    /// A good key of another kind, or on another curve, than the algorithm needs.
    case otherAlgorithm
    /// An RSA modulus outside of 2048 to 8192 bits (RFC 7518 §3.3 gives the lower bound; the upper
    /// one bounds the time of a verification).
    case modulusSize
    /// A public exponent of 1, with which everything is its own signature.
    case exponent
}
