import Cryptography
import Testing

@Suite("the checksum CRC-24 of OpenPGP")
struct CRC24Tests {
    /// The check value of CRC-24/OPENPGP in the catalogue of parametrised CRC algorithms.
    @Test("has the published check value")
    func published() {
        #expect(CRC24.checksum(of: Array("123456789".utf8)) == 0x21_CF02)
    }

    @Test("of nothing is the start value of RFC 9580 §6.1")
    func empty() {
        #expect(CRC24.checksum(of: []) == 0xB7_04CE)
    }

    @Test("of bytes with their checksum behind them is 0, and of any with one bit turned is not")
    func residue() {
        let bytes = Array("0123456789abc".utf8)
        let sum = CRC24.checksum(of: bytes)
        let whole = bytes + [16, 8, 0].map { UInt8(truncatingIfNeeded: sum >> $0) }
        #expect(CRC24.checksum(of: whole) == 0)
        for bit in 0..<whole.count * 8 {
            var other = whole
            other[bit / 8] ^= 1 << UInt8(bit % 8)
            #expect(CRC24.checksum(of: other) != 0)
        }
    }
}
