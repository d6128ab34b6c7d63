import COpenSSL

/// The owner of an `EVP_PKEY`, which is not changed after it was read.
@safe final class AsymmetricKey: Sendable {
    // Written in `init` only; libcrypto lets all threads read it.
    private nonisolated(unsafe) let handle: OpaquePointer

    init(privatePEM text: String) throws(SignatureKeyFault) {
        guard let key = unsafe Self.read(text, Self.readPrivate) else { throw .unreadable }
        unsafe handle = key
    }

    init(publicOrPrivatePEM text: String) throws(SignatureKeyFault) {
        let key = unsafe Self.read(text, Self.readPublic) ?? Self.read(text, Self.readPrivate)
        guard let key = unsafe key else { throw .unreadable }
        unsafe handle = key
    }

    deinit {
        unsafe EVP_PKEY_free(handle)
    }

    /// Whether the key is of the kind that the algorithm needs.
    func check(for algorithm: SignatureAlgorithm) throws(SignatureKeyFault) {
        switch algorithm {
        case .edDSA:
            guard unsafe EVP_PKEY_is_a(handle, "ED25519") == 1 else { throw .otherAlgorithm }
        case .es256:
            guard unsafe EVP_PKEY_is_a(handle, "EC") == 1, isOnP256 else { throw .otherAlgorithm }
        case .rs256:
            guard unsafe EVP_PKEY_is_a(handle, "RSA") == 1 else { throw .otherAlgorithm }
            let bits = unsafe EVP_PKEY_get_bits(handle)
            guard (2048...8192).contains(bits) else { throw .modulusSize }
            guard !hasExponentOne else { throw .exponent }
        }
    }

    /// libcrypto takes such a key, and with it whatever is padded well.
    private var hasExponentOne: Bool {
        var exponent: OpaquePointer?
        defer { unsafe BN_free(exponent) }
        let status = unsafe EVP_PKEY_get_bn_param(handle, OSSL_PKEY_PARAM_RSA_E, &exponent)
        return unsafe status != 1 || BN_is_one(exponent) == 1
    }

    private var isOnP256: Bool {
        var name = [CChar](repeating: 0, count: 32)
        var count = 0
        let status = unsafe EVP_PKEY_get_group_name(handle, &name, name.count, &count)
        guard status == 1 else { return false }
        return name.prefix(count).map(UInt8.init(bitPattern:)).elementsEqual("prime256v1".utf8)
    }

    /// The signature as libcrypto writes it: DER for ECDSA.
    func sign(_ message: Span<UInt8>, _ algorithm: SignatureAlgorithm) -> [UInt8] {
        let context = unsafe EVP_MD_CTX_new()
        defer { unsafe EVP_MD_CTX_free(context) }
        let capacity = unsafe Int(EVP_PKEY_get_size(handle))
        return unsafe [UInt8](unsafeUninitializedCapacity: capacity) { output, count in
            var written = capacity
            let isSigned = unsafe message.withUnsafeBufferPointer { message in
                unsafe EVP_DigestSignInit_ex(
                    context, nil, algorithm.digestName, nil, nil, handle, nil) == 1
                    && EVP_DigestSign(
                        context, output.baseAddress, &written, message.baseAddress, message.count)
                        == 1
            }
            precondition(isSigned, "libcrypto could not sign")
            count = written
        }
    }

    /// Whether the signature, DER for ECDSA, fits.
    func verify(
        _ signature: [UInt8], _ message: Span<UInt8>, _ algorithm: SignatureAlgorithm
    ) -> Bool {
        let context = unsafe EVP_MD_CTX_new()
        defer { unsafe EVP_MD_CTX_free(context) }
        let isValid = unsafe message.withUnsafeBufferPointer { message in
            unsafe EVP_DigestVerifyInit_ex(
                context, nil, algorithm.digestName, nil, nil, handle, nil) == 1
                && EVP_DigestVerify(
                    context, signature, signature.count, message.baseAddress, message.count) == 1
        }
        // A refused signature leaves its reasons in a queue of the thread.
        if !isValid { ERR_clear_error() }
        return isValid
    }

    private typealias Reader = (OpaquePointer) -> OpaquePointer?

    private static func read(_ text: String, _ reader: Reader) -> OpaquePointer? {
        let bytes = Array(text.utf8)
        return unsafe bytes.withUnsafeBytes { buffer in
            guard let source = unsafe BIO_new_mem_buf(buffer.baseAddress, CInt(buffer.count)) else {
                return nil
            }
            defer {
                unsafe BIO_free(source)
                ERR_clear_error()
            }
            return unsafe reader(source)
        }
    }

    private static func readPublic(_ source: OpaquePointer) -> OpaquePointer? {
        unsafe PEM_read_bio_PUBKEY(source, nil, { _, _, _, _ in -1 }, nil)
    }

    // libcrypto asks at the terminal for a passphrase unless it gets an answer: there is none.
    private static func readPrivate(_ source: OpaquePointer) -> OpaquePointer? {
        unsafe PEM_read_bio_PrivateKey(source, nil, { _, _, _, _ in -1 }, nil)
    }
}

extension SignatureAlgorithm {
    /// Ed25519 hashes by itself.
    fileprivate var digestName: String? { self == .edDSA ? nil : HashFunction.sha256.name }
}
