import COpenSSL

/// The two forms of an ECDSA signature on P-256: DER for libcrypto, `r` and `s` of 32 bytes each for
/// JSON Web Tokens (RFC 7518 §3.4).
enum ECDSASignature {
    /// - Returns: `nil` unless there are 64 bytes and both numbers are from 1 to the order less 1.
    static func derForm(ofRaw raw: [UInt8]) -> [UInt8]? {
        guard raw.count == 64, isInRange(raw[..<32]), isInRange(raw[32...]) else { return nil }
        guard let signature = unsafe ECDSA_SIG_new() else { return nil }
        defer { unsafe ECDSA_SIG_free(signature) }
        let (r, s) = unsafe raw.withUnsafeBufferPointer { raw in
            unsafe (
                BN_bin2bn(raw.baseAddress, 32, nil),
                BN_bin2bn(raw.baseAddress?.advanced(by: 32), 32, nil)
            )
        }
        // The signature owns both numbers from here on.
        guard unsafe ECDSA_SIG_set0(signature, r, s) == 1 else { return nil }
        var output: UnsafeMutablePointer<UInt8>?
        let count = unsafe i2d_ECDSA_SIG(signature, &output)
        defer { unsafe CRYPTO_free(output, #fileID, #line) }
        guard count > 0, let start = unsafe output else { return nil }
        return unsafe Array(UnsafeBufferPointer(start: start, count: Int(count)))
    }

    /// - Returns: `nil` when it is not DER of two numbers of up to 32 bytes.
    static func rawForm(ofDER der: [UInt8]) -> [UInt8]? {
        let signature = unsafe der.withUnsafeBufferPointer { der in
            var cursor = der.baseAddress
            return unsafe d2i_ECDSA_SIG(nil, &cursor, der.count)
        }
        guard let signature = unsafe signature else { return nil }
        defer { unsafe ECDSA_SIG_free(signature) }
        let (r, s) = unsafe (ECDSA_SIG_get0_r(signature), ECDSA_SIG_get0_s(signature))
        var raw = [UInt8](repeating: 0, count: 64)
        let isWritten = unsafe raw.withUnsafeMutableBufferPointer { raw in
            unsafe BN_bn2binpad(r, raw.baseAddress, 32) == 32
                && BN_bn2binpad(s, raw.baseAddress?.advanced(by: 32), 32) == 32
        }
        return isWritten ? raw : nil
    }

    private static func isInRange(_ number: ArraySlice<UInt8>) -> Bool {
        number.contains { $0 != 0 } && number.lexicographicallyPrecedes(order)
    }

    /// The order of the base point of P-256 (SP 800-186 §3.2.1.3), most significant byte first.
    private static let order: [UInt8] = [
        0xff, 0xff, 0xff, 0xff, 0x00, 0x00, 0x00, 0x00, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
        0xff,
        0xbc, 0xe6, 0xfa, 0xad, 0xa7, 0x17, 0x9e, 0x84, 0xf3, 0xb9, 0xca, 0xc2, 0xfc, 0x63, 0x25,
        0x51,
    ]
}
