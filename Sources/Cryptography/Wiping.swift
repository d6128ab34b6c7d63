import COpenSSL
import CSodium
import CWipedMemory

/// Memory that held secrets and is in use no more.
///
/// Blocks that are given back need no call, every thread overwrites them: see `CWipedMemory`.
public enum SpentMemory {
    /// Does something that meets no password and no link, and leaves the memory that it gives back as
    /// it is: to overwrite all that a refresh does would make it dearer by a sixth.
    public static func leftAsItIs<Result>(_ body: () -> Result) -> Result {
        gatereeve_leave_freed_memory(1)
        defer { gatereeve_leave_freed_memory(0) }
        return body()
    }

    /// Overwrites what calls that have returned left on the stack of this thread
    /// (`sodium_stackzero`).
    ///
    /// 64 KiB are overwritten, more than any request uses; it takes a few microseconds.
    public static func wipeStack() {
        sodium_stackzero(64 << 10)
    }
}

/// Overwrites an array that held a secret (`OPENSSL_cleanse`).
func wipe(_ bytes: inout [UInt8]) {
    unsafe bytes.withUnsafeMutableBytes { unsafe OPENSSL_cleanse($0.baseAddress, $0.count) }
}

/// Overwrites the memory of a C structure that held a secret (`OPENSSL_cleanse`).
func wipe<Structure>(_ structure: UnsafeMutablePointer<Structure>) {
    unsafe OPENSSL_cleanse(structure, MemoryLayout<Structure>.size)
}
