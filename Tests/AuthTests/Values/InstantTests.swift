import Auth
import Testing

@Suite("moments")
struct InstantTests {
    @Test("seconds and milliseconds are cut from microseconds")
    func units() {
        let moment = Instant(unixMicroseconds: 1_780_315_200_999_999)
        #expect(moment.unixSeconds == 1_780_315_200)
        #expect(moment.unixMilliseconds == 1_780_315_200_999)
        #expect(Instant(unixSeconds: 5) == Instant(unixMicroseconds: 5_000_000))
    }

    @Test("seconds beyond the calendar give the first or the last moment")
    func overflow() {
        #expect(Instant(unixSeconds: .max).unixMicroseconds == .max)
        #expect(Instant(unixSeconds: .min).unixMicroseconds == .min)
        #expect(Instant(unixSeconds: 1 << 53).unixMicroseconds == .max)
    }

    @Test("a later moment is larger")
    func order() {
        let moment = Instant(unixSeconds: 100)
        #expect(moment < moment.advanced(seconds: 1))
        #expect(moment.advanced(seconds: -1) < moment)
        #expect(!(moment < moment))
        #expect(moment.advanced(seconds: 60).unixSeconds == 160)
    }
}
