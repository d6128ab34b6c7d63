public import Cryptography

/// A source of chance that anybody can foretell: 0, 1, 2 and so on.
public struct CountingSource: RandomSource {
    private var next: UInt8 = 0

    /// A source that begins at 0.
    public init() {}

    /// Draws the next bytes.
    public mutating func bytes(count: Int) -> [UInt8] {
        (0..<count).map { _ in
            defer { next &+= 1 }
            return next
        }
    }
}
