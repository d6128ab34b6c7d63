/// The part of a client's address that one customer has: an IPv4 address, or 64 bits of IPv6.
///
/// Whoever has an IPv6 connection has at least a /64 of addresses (RFC 6177); counting single
/// addresses would count nothing.
public struct ClientNetwork: Hashable, Sendable {
    /// `192.0.2.7` or `2001:db8:0:1::/64`; `unknown` when the address is none.
    public let text: String

    /// The network of an address as the web server wrote it.
    public init(_ address: String?) {
        guard let address, !address.isEmpty, address.utf8.count <= 45 else {
            text = "unknown"
            return
        }
        guard address.utf8.contains(UInt8(ascii: ":")) else {
            text =
                address.utf8.allSatisfy { $0 == 0x2E || (0x30...0x39).contains($0) }
                ? address : "unknown"
            return
        }
        // An IPv4 client of an IPv6 socket (RFC 4291 §2.5.5.2).
        if let last = address.split(separator: ":").last, last.utf8.contains(0x2E) {
            text = String(last)
            return
        }
        text = ClientNetwork.prefix(of: address) ?? "unknown"
    }

    /// The first four groups of an IPv6 address, or nil when it is none.
    private static func prefix(of address: String) -> String? {
        let halves = address.split(separator: "::", omittingEmptySubsequences: false)
        guard halves.count <= 2, let head = groups(halves[0]),
            let tail = groups(halves.count > 1 ? halves[1] : "")
        else { return nil }
        let missing = 8 - head.count - tail.count
        guard halves.count > 1 ? missing >= 1 : missing == 0 else { return nil }
        let all = head + Array(repeating: 0, count: missing) + tail
        return all.prefix(4).map { String($0, radix: 16) }.joined(separator: ":") + "::/64"
    }

    private static func groups(_ text: Substring) -> [UInt16]? {
        guard !text.isEmpty else { return [] }
        let pieces = text.split(separator: ":", omittingEmptySubsequences: false)
        let groups = pieces.compactMap { $0.utf8.count <= 4 ? UInt16($0, radix: 16) : nil }
        return groups.count == pieces.count ? groups : nil
    }
}
