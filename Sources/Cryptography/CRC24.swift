/// The checksum CRC-24 of OpenPGP (RFC 9580 §6.1): it finds accidents and keeps nobody out.
public enum CRC24 {
    /// The checksum of the bytes, 24 bits.
    public static func checksum(of bytes: some Sequence<UInt8>) -> UInt32 {
        var sum: UInt32 = 0xB7_04CE
        for byte in bytes {
            sum ^= UInt32(byte) << 16
            for _ in 0..<8 {
                // The polynomial where the bit that leaves is set, and nothing where it is not.
                sum = sum << 1 ^ (0x186_4CFB & (0 &- (sum >> 23 & 1)))
            }
        }
        return sum
    }
}
