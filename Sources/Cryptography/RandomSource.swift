import COpenSSL
import Synchronization

/// Where unpredictable bytes come from.
///
/// The service uses ``SystemRandom``; a test uses a counter.
public protocol RandomSource: Sendable {
    /// Draws the next bytes.
    ///
    /// - Parameter count: How many bytes, 0 or more.
    func bytes(count: Int) -> [UInt8]
}

/// The generator of libcrypto, seeded by the kernel (`RAND_bytes`).
public struct SystemRandom: RandomSource {
    /// Makes a source; all of them share the state of libcrypto.
    public init() {}

    /// Draws bytes fit for keys and tokens.
    ///
    /// Traps when the generator has no entropy: there is no safe way to go on without it.
    public func bytes(count: Int) -> [UInt8] {
        // Names and salts are as short as this, keys are not.
        if count <= 16, let bytes = Self.stock.withLockIfAvailable({ $0.take(count) }) {
            return bytes
        }
        return unsafe [UInt8](unsafeUninitializedCapacity: count) { buffer, initialized in
            unsafe Self.fill(UnsafeMutableRawBufferPointer(buffer))
            initialized = count
        }
    }

    private static let stock = Mutex(Stock())

    fileprivate static func fill(_ buffer: UnsafeMutableRawBufferPointer) {
        let status = unsafe RAND_bytes(buffer.baseAddress, CInt(buffer.count))
        precondition(status == 1, "the system's random generator failed")
    }

    /// Random bytes that were drawn ahead: a call of `RAND_bytes` costs about as much for a thousand
    /// bytes as for sixteen, and several times what the rest of a token's name does.
    ///
    /// No byte is given out twice, nor kept once it is given out. The process never forks.
    private struct Stock {
        private var bytes = [UInt8](repeating: 0, count: 1024)
        private var left = 0

        mutating func take(_ count: Int) -> [UInt8] {
            if left < count {
                unsafe bytes.withUnsafeMutableBytes { unsafe SystemRandom.fill($0) }
                left = bytes.count
            }
            let range = left - count..<left
            let taken = Array(bytes[range])
            for index in range { bytes[index] = 0 }
            left -= count
            return taken
        }
    }
}
