import COpenSSL

/// HKDF with SHA-256: independent keys from one secret (RFC 5869).
public enum HKDF {
    /// Derives a key, without salt: the secret is uniform already (RFC 5869 §3.1).
    ///
    /// - Parameters:
    ///   - secret: The one secret of the installation.
    ///   - info: What the key is for; another purpose gives an independent key.
    ///   - byteCount: Length of the key in bytes, 1 to 8160 (255 digests).
    public static func deriveKey(secret: SecretBytes, info: String, byteCount: Int) -> SecretBytes {
        precondition((1...8160).contains(byteCount), "RFC 5869 §2.3 limits the length of a key")
        var key = [UInt8](repeating: 0, count: byteCount)
        defer { wipe(&key) }
        let status = secret.withBytes { secret in
            derive(into: &key, secret: secret, info: Array(info.utf8))
        }
        precondition(status == 1, "libcrypto could not derive a key")
        return SecretBytes(copying: key)
    }

    private static func derive(
        into key: inout [UInt8], secret: Span<UInt8>, info: [UInt8]
    ) -> CInt {
        let derivation = unsafe EVP_KDF_fetch(nil, "HKDF", nil)
        let context = unsafe EVP_KDF_CTX_new(derivation)
        defer {
            unsafe EVP_KDF_CTX_free(context)
            unsafe EVP_KDF_free(derivation)
        }
        let byteCount = key.count
        return unsafe secret.withUnsafeBytes { secret in
            unsafe info.withUnsafeBytes { info in
                unsafe HashFunction.sha256.name.withCString { digest in
                    let parameters = unsafe [
                        gatereeve_digest_parameter(digest),
                        gatereeve_key_parameter(secret.baseAddress, secret.count),
                        gatereeve_info_parameter(info.baseAddress, info.count),
                        OSSL_PARAM_construct_end(),
                    ]
                    return unsafe EVP_KDF_derive(context, &key, byteCount, parameters)
                }
            }
        }
    }
}
