import Auth
import Testing

@testable import AuthAPI

@Suite("readiness")
struct ReadinessTests {
    private static let start = Instant(unixSeconds: 1_780_315_200)

    @Test(
        "is looked up once in a second, and at once when the clock was set back",
        arguments: [(0, 1), (999_999, 1), (1_000_000, 2), (-1, 2), (-3_600_000_000, 2)])
    func lookups(distance: Int64, count: Int) {
        let readiness = Readiness()
        var looks = 0
        for now in [0, distance] {
            let moment = Instant(unixMicroseconds: Self.start.unixMicroseconds + now)
            let isReady = readiness.check(at: moment) {
                looks += 1
                return true
            }
            #expect(isReady)
        }
        #expect(looks == count)
    }
}
