public import Cryptography

/// Makes and checks the proof that somebody has logged in to an account before, on the device that has it.
///
/// It opens nothing: whoever shows it may go on guessing when strangers in the same network have used up
/// what the account allows. Nothing is kept of it; it is the moment, and an HMAC-SHA256 of that and of the
/// account. OWASP calls such a thing a device cookie.
public struct DeviceTokens: Sendable {
    /// How long a proof is good, in seconds: as long as a network stays known.
    public static let lifetime = ThrottleLimits.knownNetworkLifetime
    /// How far the clock of the machine that made it may be ahead, in seconds.
    private static let leeway: Int64 = 300
    private static let momentSize = 8
    private static let codeSize = 32
    /// The length of the text: 40 bytes in base64 without padding.
    private static let textSize = 54

    private let keys: [HMACKey]

    /// - Parameter keys: The present key, then older ones whose proofs are still good.
    /// - Precondition: There is a key.
    public init(_ keys: [HMACKey]) {
        precondition(!keys.isEmpty)
        self.keys = keys
    }

    /// The proof of a login.
    func make(for account: AccountKey, at now: Instant) -> String {
        let moment = Self.bytes(of: now)
        return Base64URL.encode(moment + Self.code(moment, account, keys[0]))
    }

    /// Whether a text proves an earlier login to the account.
    func proves(_ text: String, account: AccountKey, at now: Instant) -> Bool {
        guard text.utf8.count == Self.textSize, let bytes = Base64URL.decode(Array(text.utf8)),
            bytes.count == Self.momentSize + Self.codeSize
        else { return false }
        let moment = Array(bytes.prefix(Self.momentSize))
        let code = Array(bytes.dropFirst(Self.momentSize))
        guard keys.contains(where: { constantTimeEqual(Self.code(moment, account, $0), code) })
        else { return false }
        let made = Int64(bitPattern: moment.reduce(0) { $0 << 8 | UInt64($1) })
        let age = now.unixSeconds - made
        return (-Self.leeway..<Self.lifetime).contains(age)
    }

    private static func bytes(of moment: Instant) -> [UInt8] {
        let seconds = UInt64(bitPattern: moment.unixSeconds)
        return (0..<momentSize).map { UInt8(truncatingIfNeeded: seconds >> (8 * (7 - UInt64($0)))) }
    }

    private static func code(_ moment: [UInt8], _ account: AccountKey, _ key: HMACKey) -> [UInt8] {
        key.authenticationCode(for: moment + account.bytes)
    }
}
