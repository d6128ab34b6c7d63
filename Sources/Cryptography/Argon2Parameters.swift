/// What one Argon2 hash costs (RFC 9106 §3.1).
public struct Argon2Parameters: Hashable, Sendable {
    /// 19 MiB, two passes, one lane: OWASP's first choice against guessing with graphics cards.
    public static let standard = Self()

    /// The most that a stored hash or the settings may ask for, in KiB: 256 MiB.
    public static let largestMemoryKiB = 256 * 1024

    /// The most passes that a stored hash or the settings may ask for.
    public static let mostIterations = 16

    /// The most lanes that a stored hash or the settings may ask for.
    public static let mostLanes = 16

    /// Memory in KiB.
    ///
    /// Default 19456, range 8 for each lane (RFC 9106 §3.1) to ``largestMemoryKiB``.
    public let memoryKiB: Int

    /// Passes over the memory.
    ///
    /// Default 2, range 1 to ``mostIterations``.
    public let iterations: Int

    /// Lanes, which one thread computes one after another here.
    ///
    /// Default 1, range 1 to ``mostLanes``. The hashes of different requests run in parallel
    /// already, so more lanes make no hash of this service faster.
    public let parallelism: Int

    private init() {
        memoryKiB = 19456
        iterations = 2
        parallelism = 1
    }

    /// Accepts parameters that are within their ranges.
    ///
    /// - Returns: `nil` when one is not.
    public init?(memoryKiB: Int, iterations: Int, parallelism: Int) {
        guard (1...Self.mostLanes).contains(parallelism),
            (1...Self.mostIterations).contains(iterations),
            (8 * parallelism...Self.largestMemoryKiB).contains(memoryKiB)
        else { return nil }
        self.memoryKiB = memoryKiB
        self.iterations = iterations
        self.parallelism = parallelism
    }
}
