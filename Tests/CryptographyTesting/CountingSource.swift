public import Cryptography
import Synchronization

/// A source of chance that anybody can foretell: 0, 1, 2 and so on.
public final class CountingSource: RandomSource {
    private let next = Mutex<UInt8>(0)

    /// A source that begins at 0.
    public init() {}

    /// Draws the next bytes.
    public func bytes(count: Int) -> [UInt8] {
        next.withLock { next in
            (0..<count).map { _ in
                defer { next &+= 1 }
                return next
            }
        }
    }
}
