import COpenSSL
import CSodium

/// Memory that held secrets and is in use no more.
///
/// Blocks that are given back need no call: see `CWipedMemory`.
public enum SpentMemory {
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
