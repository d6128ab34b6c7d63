@testable import Auth
import Cryptography
import Testing

@Suite("throttling")
struct ThrottleTests {
    @Test(
        "it may be tried again when the oldest attempt leaves the window",
        arguments: [
            (0, 3600), (1, 3599), (3599, 1), (3600, 1), (5000, 1), (-10, 3600),
        ] as [(Int64, Int64)])
    func retryAfter(age: Int64, seconds: Int64) {
        let now = Instant(unixSeconds: 1_780_315_200)
        let throttled = Throttled(oldest: now.advanced(seconds: -age), now: now)
        #expect(throttled.retryAfter == seconds)
    }

    @Test("a part of a second is waited for as a whole one")
    func partOfSecond() {
        let oldest = Instant(unixMicroseconds: 1_780_315_200_900_000)
        let now = Instant(unixMicroseconds: 1_780_318_800_100_000)
        #expect(Throttled(oldest: oldest, now: now).retryAfter == 1)
        #expect(Throttled(oldest: oldest, now: now.advanced(seconds: -1)).retryAfter == 2)
    }

    @Test("without a known attempt it may be tried again in a minute")
    func unknown() {
        #expect(Throttled(oldest: nil, now: Instant(unixSeconds: 0)).retryAfter == 60)
    }

    @Test(
        "clients are counted by IPv4 address and by 64 bits of IPv6",
        arguments: [
            ("192.0.2.7", "192.0.2.7"), ("2001:db8:0:1:2:3:4:5", "2001:db8:0:1::/64"),
            ("2001:db8::1", "2001:db8:0:0::/64"), ("2001:DB8::", "2001:db8:0:0::/64"),
            ("::1", "0:0:0:0::/64"), ("::", "0:0:0:0::/64"), ("::ffff:192.0.2.7", "192.0.2.7"),
            ("1:2:3:4:5:6:7::", "1:2:3:4::/64"),
        ])
    func networks(address: String, text: String) {
        #expect(ClientNetwork(address).text == text)
    }

    @Test(
        "what is no address is counted as one unknown client",
        arguments: [
            nil, "", "unix:", "localhost", "1:2", "1:2:3:4:5:6:7", "1:2:3:4:5:6:7:8:9", "1::2::3",
            "12345::", "g::", "192.0.2.7\n", String(repeating: "1", count: 46),
            "1:2:3:4:5:6:7:8::",
        ] as [String?])
    func unknownNetworks(address: String?) {
        #expect(ClientNetwork(address).text == "unknown")
    }

    @Test("an account is counted under a digest of the compared name")
    func accountKey() {
        let key = AccountKey(compared: "ada").bytes
        #expect(key == Array(SHA256.digest(Array("ada".utf8)).prefix(16)))
        #expect(key != AccountKey(compared: "bob").bytes)
    }

    @Test(
        "an account has a limit for strangers and one for networks that it knows, a network has its own",
        arguments: [
            (49, 0, false, nil), (50, 0, false, 3500), (50, 0, true, nil), (89, 0, true, nil),
            (90, 0, true, 3500), (0, 199, false, nil), (0, 200, false, 3590), (0, 200, true, nil),
            (90, 200, true, 3500),
        ] as [(Int, Int, Bool, Int64?)])
    func limits(ofAccount: Int, ofNetwork: Int, isKnown: Bool, wait: Int64?) {
        let now = Instant(unixSeconds: 1_780_315_200)
        let failures = LoginFailures(
            ofAccount: ofAccount, oldestOfAccount: now.advanced(seconds: -100),
            ofNetwork: ofNetwork, oldestOfNetwork: now.advanced(seconds: -10),
            isNetworkKnown: isKnown)
        #expect(ThrottleLimits().refusal(after: failures, at: now)?.retryAfter == wait)
        var off = ThrottleLimits()
        off.isEnabled = false
        #expect(off.refusal(after: failures, at: now) == nil)
    }

    @Test("whatever the settings, a hundred fail in an hour at most, some of them on known devices")
    func hundred() {
        var limits = ThrottleLimits()
        limits.loginFailuresPerAccount = 80
        let forDevice = limits.forKnownDevice
        #expect(forDevice.loginFailuresPerAccount == 100)
        #expect(ThrottleLimits.failuresFromKnownNetworks < 100)
    }
}
