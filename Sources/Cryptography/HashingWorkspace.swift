import CHashingMemory
import COpenSSL

/// Why a password could not be hashed at all.
public enum PasswordHashingError: Error, Hashable, Sendable {
    /// The memory that the hash needs cannot be had now.
    case outOfMemory
}

/// The memory in which one thread hashes passwords, one after another.
///
/// Argon2 wants megabytes for each hash. Fresh ones cost as much time as the hash: the kernel clears
/// them and faults them in, page by page. A workspace keeps its memory on huge pages, and wipes it
/// after each use.
///
/// Not `Sendable`: make one in each thread that hashes.
@safe public final class HashingWorkspace {
    /// How much memory is kept between hashes, in KiB.
    public let keptMemoryKiB: Int

    /// Whether the last Argon2 hash used this memory, and not memory of its own.
    private(set) var wasUsedByLastHash = false

    private var kept: HashingMemory?

    /// Makes a workspace; the memory is taken at the first hash.
    ///
    /// - Parameter keptMemoryKiB: What the usual hash needs, in KiB. A hash that needs more gets it
    ///   for its own time only.
    public init(keptMemoryKiB: Int = Argon2Parameters.standard.memoryKiB) {
        precondition(keptMemoryKiB > 0, "a workspace keeps some memory")
        self.keptMemoryKiB = keptMemoryKiB
    }

    /// Gives the memory back to the system; the next hash takes new memory.
    public func releaseMemory() {
        kept = nil
    }

    /// Passes over the kept memory, as a hash that used it has done.
    ///
    /// So the processor's caches are as cold after a hash of another kind.
    public func passOverMemory() {
        kept?.wipe(byteCount: keptMemoryKiB * 1024)
    }

    /// Lends memory to the one hash that `body` computes, and wipes it.
    func lend<Result>(
        memoryKiB: Int, to body: () throws(PasswordHashingError) -> Result
    ) throws(PasswordHashingError) -> Result {
        guard memoryKiB <= keptMemoryKiB else {
            return try lend(try HashingMemory(byteCount: memoryKiB * 1024), memoryKiB, to: body)
        }
        let memory: HashingMemory
        if let kept {
            memory = kept
        } else {
            memory = try HashingMemory(byteCount: keptMemoryKiB * 1024)
            kept = memory
        }
        return try lend(memory, memoryKiB, to: body)
    }

    private func lend<Result>(
        _ memory: HashingMemory, _ memoryKiB: Int,
        to body: () throws(PasswordHashingError) -> Result
    ) throws(PasswordHashingError) -> Result {
        unsafe gatereeve_lend_memory(memory.start, memoryKiB * 1024)
        defer {
            wasUsedByLastHash = gatereeve_take_back_memory() == 1
            if wasUsedByLastHash { memory.wipe(byteCount: memoryKiB * 1024) }
        }
        return try body()
    }

    /// Whether nothing of the hashes so far is left in the kept memory.
    var isWiped: Bool { kept?.isZero ?? true }
}

/// Anonymous memory on huge pages where the kernel has some, given back in `deinit`.
@safe private final class HashingMemory {
    let start: UnsafeMutableRawPointer
    private let byteCount: Int

    init(byteCount: Int) throws(PasswordHashingError) {
        guard let mapped = unsafe gatereeve_map_memory(byteCount) else { throw .outOfMemory }
        unsafe start = mapped
        self.byteCount = byteCount
    }

    deinit {
        unsafe gatereeve_unmap_memory(start, byteCount)
    }

    func wipe(byteCount: Int) {
        unsafe gatereeve_wipe_memory(start, byteCount)
    }

    var isZero: Bool {
        let first = unsafe start.load(as: UInt8.self)
        return unsafe first == 0 && CRYPTO_memcmp(start, start + 1, byteCount - 1) == 0
    }
}
