import COpenSSL

/// Bytes that must not outlive their use: keys, pepper, password text.
///
/// The memory is overwritten when the last reference goes. Equality takes the same time for every
/// content of the same length.
@safe public final class SecretBytes: Sendable {
    // Written in `init` only; freed in `deinit` only.
    private nonisolated(unsafe) let storage: UnsafeMutableRawBufferPointer

    /// How many bytes there are; not a secret.
    public var count: Int { unsafe storage.count }

    /// Whether there is no byte at all.
    public var isEmpty: Bool { count == 0 }

    /// Copies the bytes; the caller clears or forgets its own copy.
    public init(copying bytes: Span<UInt8>) {
        unsafe storage = .allocate(byteCount: bytes.count, alignment: 1)
        unsafe bytes.withUnsafeBytes { unsafe storage.copyMemory(from: $0) }
    }

    /// Copies the bytes of an array; the array itself is not cleared.
    public convenience init(copying bytes: [UInt8]) {
        self.init(copying: bytes.span)
    }

    /// Copies the UTF-8 form of a text, as Django does with its `SECRET_KEY`.
    public convenience init(utf8 text: String) {
        self.init(copying: Array(text.utf8).span)
    }

    deinit {
        unsafe OPENSSL_cleanse(storage.baseAddress, storage.count)
        unsafe storage.deallocate()
    }

    /// Lends the bytes to `body`, which must not keep a copy longer than it needs one.
    public func withBytes<Result, Failure: Error>(
        _ body: (Span<UInt8>) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        let bytes = unsafe storage.bindMemory(to: UInt8.self)
        return try body(unsafe Span(_unsafeElements: UnsafeBufferPointer(bytes)))
    }

    /// Compares in constant time (`CRYPTO_memcmp`); different lengths are unequal at once.
    public static func == (one: SecretBytes, other: SecretBytes) -> Bool {
        guard one.count == other.count else { return false }
        let (first, second) = unsafe (one.storage.baseAddress, other.storage.baseAddress)
        return unsafe CRYPTO_memcmp(first, second, one.count) == 0
    }
}

extension SecretBytes: Equatable {}

extension SecretBytes: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// The same harmless text for every content.
    public var description: String { "SecretBytes(hidden)" }

    /// The same harmless text for every content.
    public var debugDescription: String { description }

    /// Shows no part, so that `dump` prints nothing either.
    public var customMirror: Mirror { Mirror(self, children: [:]) }
}
