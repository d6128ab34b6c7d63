import COpenSSL

/// Compares two secrets without telling by time where they differ (`CRYPTO_memcmp`).
///
/// The length is not a secret: arrays of different length are unequal at once.
public func constantTimeEqual(_ one: [UInt8], _ other: [UInt8]) -> Bool {
    guard one.count == other.count else { return false }
    return unsafe one.withUnsafeBytes { first in
        unsafe other.withUnsafeBytes { second in
            unsafe CRYPTO_memcmp(first.baseAddress, second.baseAddress, first.count) == 0
        }
    }
}
