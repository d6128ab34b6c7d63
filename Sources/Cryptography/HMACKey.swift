import COpenSSL
import Synchronization

/// A key for HMAC (RFC 2104) that all threads may use at once.
///
/// The key is mixed in once, at start. A copy of that state (`EVP_MAC_CTX_dup`) is used again and
/// again; to copy it for each message would take as long as the message.
@safe public final class HMACKey: Sendable {
    /// The hash functions that JSON Web Tokens use with HMAC (RFC 7518 §3.2).
    public enum Algorithm: Hashable, Sendable, CaseIterable {
        /// HS256, codes of 32 bytes.
        case sha256
        /// HS384, codes of 48 bytes.
        case sha384
        /// HS512, codes of 64 bytes.
        case sha512
    }

    /// Why a key was not accepted.
    public enum Fault: Error, Hashable, Sendable {
        /// No bytes at all: everybody knows such a key.
        case emptyKey
    }

    // An EVP_MAC_CTX with the key and no message; written in `init` only, read by all threads.
    private nonisolated(unsafe) let keyed: OpaquePointer
    private let function: HashFunction
    /// Copies that nobody uses at the moment, no more than threads ever used at once.
    private let idle = Mutex<[Context]>([])

    // Sendable because it is in the hands of one thread, or in the list, whose lock orders them.
    @safe private final class Context: @unchecked Sendable {
        let pointer: OpaquePointer

        init(copying keyed: OpaquePointer) {
            guard let copy = unsafe EVP_MAC_CTX_dup(keyed) else {
                preconditionFailure("no memory for an HMAC")
            }
            unsafe pointer = copy
        }

        deinit {
            unsafe EVP_MAC_CTX_free(pointer)
        }
    }

    /// Length of a code, in bytes.
    public var byteCount: Int { function.byteCount }

    /// Prepares a key; a copy of it stays in libcrypto until the last reference goes.
    ///
    /// - Parameter bytes: At least one byte. RFC 7518 §3.2 asks for as many as the code has; how
    ///   short is too short is for the settings to say.
    public init(_ bytes: Span<UInt8>, algorithm: Algorithm = .sha256) throws(Fault) {
        guard !bytes.isEmpty else { throw .emptyKey }
        function =
            switch algorithm {
            case .sha256: .sha256
            case .sha384: .sha384
            case .sha512: .sha512
            }
        guard let context = unsafe EVP_MAC_CTX_new(FetchedMAC.hmac) else {
            preconditionFailure("no memory for an HMAC key")
        }
        let status = unsafe function.name.withCString { name in
            let parameters = unsafe [gatereeve_digest_parameter(name), OSSL_PARAM_construct_end()]
            return unsafe bytes.withUnsafeBufferPointer { key in
                unsafe EVP_MAC_init(context, key.baseAddress, key.count, parameters)
            }
        }
        precondition(status == 1, "libcrypto could not prepare an HMAC key")
        unsafe keyed = context
    }

    /// Prepares a key from an array.
    public convenience init(_ bytes: [UInt8], algorithm: Algorithm = .sha256) throws(Fault) {
        try self.init(bytes.span, algorithm: algorithm)
    }

    /// Prepares a key from bytes that wipe themselves.
    public convenience init(
        _ secret: SecretBytes, algorithm: Algorithm = .sha256
    ) throws(Fault) {
        // An initializer cannot delegate from inside a closure, so it takes a copy for a moment.
        var copy = secret.withBytes { bytes in bytes.indices.map { bytes[$0] } }
        defer { wipe(&copy) }
        try self.init(copy.span, algorithm: algorithm)
    }

    deinit {
        unsafe EVP_MAC_CTX_free(keyed)
    }

    /// The code of a message.
    public func authenticationCode(for message: Span<UInt8>) -> [UInt8] {
        var code = [UInt8](repeating: 0, count: byteCount)
        unsafe code.withUnsafeMutableBytes { unsafe compute(message, into: $0) }
        return code
    }

    /// - Parameter output: Has room for ``byteCount`` bytes.
    private func compute(_ message: Span<UInt8>, into output: UnsafeMutableRawBufferPointer) {
        // Whoever finds the list in use makes a copy, which is cheaper than to wait for others.
        let context =
            unsafe idle.withLockIfAvailable { $0.popLast() }.flatMap { $0 }
            ?? Context(copying: keyed)
        var length = 0
        let succeeded = unsafe message.withUnsafeBufferPointer { input in
            // At the end it begins anew with the key that it has, so that nothing of the message is
            // left in it.
            unsafe EVP_MAC_update(context.pointer, input.baseAddress, input.count) == 1
                && EVP_MAC_final(context.pointer, output.baseAddress, &length, output.count) == 1
                && EVP_MAC_init(context.pointer, nil, 0, nil) == 1
        }
        precondition(succeeded && length == byteCount, "libcrypto could not compute an HMAC")
        _ = idle.withLockIfAvailable { $0.append(context) }
    }

    /// The code of a message.
    public func authenticationCode(for message: [UInt8]) -> [UInt8] {
        authenticationCode(for: message.span)
    }

    /// Whether `code` is the code of `message`, compared in constant time; a shortened code is not.
    public func isValid(_ code: [UInt8], for message: Span<UInt8>) -> Bool {
        guard code.count == byteCount else { return false }
        return unsafe withUnsafeTemporaryAllocation(byteCount: byteCount, alignment: 1) { right in
            unsafe compute(message, into: right)
            return unsafe CRYPTO_memcmp(code, right.baseAddress, byteCount) == 0
        }
    }

    /// Whether `code` is the code of `message`, compared in constant time; a shortened code is not.
    public func isValid(_ code: [UInt8], for message: [UInt8]) -> Bool {
        isValid(code, for: message.span)
    }
}

extension HMACKey: CustomStringConvertible, CustomReflectable {
    /// The same harmless text for every key.
    public var description: String { "HMACKey(hidden)" }

    /// Shows no part.
    public var customMirror: Mirror { Mirror(self, children: [:]) }
}

private enum FetchedMAC {
    // An EVP_MAC is immutable after the fetch and may be used by all threads.
    nonisolated(unsafe) static let hmac = unsafe fetch("HMAC")

    private static func fetch(_ name: String) -> OpaquePointer {
        guard let implementation = unsafe EVP_MAC_fetch(nil, name, nil) else {
            preconditionFailure("libcrypto does not offer \(name)")
        }
        return unsafe implementation
    }
}
