import AuthStore
import Testing

@Suite("The pace of a purge")
struct PurgePaceTests {
    @Test(
        "for forty minutes it takes a fiftieth of the time, then half of it",
        arguments: [(0, 980), (2399, 980), (2400, 20), (7200, 20)])
    func gentle(elapsed: Int, milliseconds: Int) {
        let pause = PurgePace(hurries: false)
            .pause(after: .milliseconds(20), elapsed: .seconds(elapsed))
        #expect(pause == .milliseconds(milliseconds))
    }

    @Test("in a hurry it takes half of the time from the beginning")
    func hurried() {
        let pace = PurgePace(hurries: true)
        #expect(pace.pause(after: .milliseconds(20), elapsed: .zero) == .milliseconds(20))
    }

    @Test(
        "there is always a pause, and none is for ever",
        arguments: [(0, 10), (1, 49), (1_000, 2_000), (60_000, 2_000)])
    func bounds(took: Int, milliseconds: Int) {
        let pause = PurgePace(hurries: false).pause(after: .milliseconds(took), elapsed: .zero)
        #expect(pause == .milliseconds(milliseconds))
    }
}
