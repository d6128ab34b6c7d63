import COpenSSL

/// Overwrites an array that held a secret (`OPENSSL_cleanse`).
func wipe(_ bytes: inout [UInt8]) {
    unsafe bytes.withUnsafeMutableBytes { unsafe OPENSSL_cleanse($0.baseAddress, $0.count) }
}

/// Overwrites the memory of a C structure that held a secret (`OPENSSL_cleanse`).
func wipe<Structure>(_ structure: UnsafeMutablePointer<Structure>) {
    unsafe OPENSSL_cleanse(structure, MemoryLayout<Structure>.size)
}
