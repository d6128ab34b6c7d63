import COpenSSL

/// Where unpredictable bytes come from.
///
/// The service uses ``SystemRandom``; a test uses a counter.
public protocol RandomSource {
    /// Draws the next bytes.
    ///
    /// - Parameter count: How many bytes, 0 or more.
    mutating func bytes(count: Int) -> [UInt8]
}

/// The generator of libcrypto, seeded by the kernel (`RAND_bytes`).
public struct SystemRandom: RandomSource, Sendable {
    /// Makes a source; all of them share the state of libcrypto.
    public init() {}

    /// Draws bytes fit for keys and tokens.
    ///
    /// Traps when the generator has no entropy: there is no safe way to go on without it.
    public func bytes(count: Int) -> [UInt8] {
        unsafe [UInt8](unsafeUninitializedCapacity: count) { buffer, initialized in
            let status = unsafe RAND_bytes(buffer.baseAddress, CInt(count))
            precondition(status == 1, "the system's random generator failed")
            initialized = count
        }
    }
}
