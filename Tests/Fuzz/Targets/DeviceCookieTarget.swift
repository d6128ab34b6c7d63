import AuthTesting
import Cryptography

@testable import Auth

extension FuzzTarget {
    /// The cookie of a device: accepted is only what was made for the account, in its one spelling.
    static let deviceCookie = FuzzTarget("device-cookie", longest: 8192) { bytes in
        let text = String(foreign: bytes)
        let tokens = DeviceTokens([try HMACKey(Array("devices".utf8))])
        let ada = AccountKey(compared: "ada")
        guard tokens.proves(text, account: ada, at: TestTokens.now) else { return }
        let moment = Base64URL.decode(bytes)?.prefix(8).reduce(0) { $0 << 8 | Int64($1) }
        let again = tokens.make(for: ada, at: Instant(unixSeconds: moment ?? 0))
        try require(again.hasBytes(of: text), "it was never made")
        let other = AccountKey(compared: "adb")
        try require(!tokens.proves(text, account: other, at: TestTokens.now), "for two accounts")
    }
}
