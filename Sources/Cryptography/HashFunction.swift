import COpenSSL
import Synchronization

/// A hash function of libcrypto, fetched once: a fetch costs more than a short digest.
enum HashFunction: Sendable {
    case md5, sha1, sha256, sha384, sha512

    /// The name by which libcrypto's providers know it.
    var name: String {
        switch self {
        case .md5: "MD5"
        case .sha1: "SHA1"
        case .sha256: "SHA256"
        case .sha384: "SHA384"
        case .sha512: "SHA512"
        }
    }

    /// Length of a digest, in bytes.
    var byteCount: Int {
        switch self {
        case .md5: 16
        case .sha1: 20
        case .sha256: 32
        case .sha384: 48
        case .sha512: 64
        }
    }

    /// The C description; `EVP_MD *`, never freed.
    var implementation: OpaquePointer {
        switch self {
        case .md5: unsafe FetchedHash.md5
        case .sha1: unsafe FetchedHash.sha1
        case .sha256: unsafe FetchedHash.sha256
        case .sha384: unsafe FetchedHash.sha384
        case .sha512: unsafe FetchedHash.sha512
        }
    }

    /// The digest of a whole message.
    func digest(_ message: Span<UInt8>) -> [UInt8] {
        unsafe [UInt8](unsafeUninitializedCapacity: byteCount) { output, initialized in
            let context = DigestContext.take()
            let succeeded = unsafe message.withUnsafeBytes { input in
                unsafe EVP_DigestInit_ex2(context.pointer, implementation, nil) == 1
                    && EVP_DigestUpdate(context.pointer, input.baseAddress, input.count) == 1
                    && EVP_DigestFinal_ex(context.pointer, output.baseAddress, nil) == 1
            }
            precondition(succeeded, "libcrypto could not compute a digest")
            context.giveBack()
            initialized = byteCount
        }
    }
}

/// The state of a digest, used again and again: to make one costs as much as a short digest.
// Sendable because it is in the hands of one thread, or in the list, whose lock orders them.
@safe private final class DigestContext: @unchecked Sendable {
    let pointer: OpaquePointer

    /// Those that nobody uses at the moment, no more than threads ever used at once.
    private static let idle = Mutex<[DigestContext]>([])

    private init() {
        guard let context = unsafe EVP_MD_CTX_new() else {
            preconditionFailure("no memory for a digest")
        }
        unsafe pointer = context
    }

    deinit {
        unsafe EVP_MD_CTX_free(pointer)
    }

    static func take() -> DigestContext {
        // Whoever finds the list in use makes a new one, which is cheaper than to wait for others.
        idle.withLockIfAvailable { $0.popLast() }.flatMap { $0 } ?? DigestContext()
    }

    func giveBack() {
        _ = Self.idle.withLockIfAvailable { $0.append(self) }
    }
}

private enum FetchedHash {
    // An EVP_MD is immutable after the fetch and may be used by all threads.
    nonisolated(unsafe) static let md5 = unsafe fetch(.md5)
    nonisolated(unsafe) static let sha1 = unsafe fetch(.sha1)
    nonisolated(unsafe) static let sha256 = unsafe fetch(.sha256)
    nonisolated(unsafe) static let sha384 = unsafe fetch(.sha384)
    nonisolated(unsafe) static let sha512 = unsafe fetch(.sha512)

    private static func fetch(_ function: HashFunction) -> OpaquePointer {
        guard let implementation = unsafe EVP_MD_fetch(nil, function.name, nil) else {
            preconditionFailure("libcrypto does not offer \(function.name)")
        }
        return unsafe implementation
    }
}
