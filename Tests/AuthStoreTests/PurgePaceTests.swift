import AuthStore
import Testing

@Suite("The pace of a purge")
struct PurgePaceTests {
    @Test(
        "for forty minutes it removes a few rows in a tenth of the time, then many in half of it",
        arguments: [(0, 5, 180), (2399, 5, 180), (2400, 1000, 20), (7200, 1000, 20)])
    func gentle(elapsed: Int, rows: Int, milliseconds: Int) {
        let pace = PurgePace(batchSize: 1000, hurries: false)
        #expect(pace.batchSize(elapsed: .seconds(elapsed)) == rows)
        #expect(
            pace.pause(after: .milliseconds(20), elapsed: .seconds(elapsed))
                == .milliseconds(milliseconds))
    }

    @Test("in a hurry it removes many rows from the beginning")
    func hurried() {
        let pace = PurgePace(batchSize: 1000, hurries: true)
        #expect(pace.batchSize(elapsed: .zero) == 1000)
        #expect(pace.pause(after: .milliseconds(20), elapsed: .zero) == .milliseconds(20))
    }

    @Test("it never removes more rows at a time than the settings say")
    func smallBatch() {
        #expect(PurgePace(batchSize: 2, hurries: false).batchSize(elapsed: .zero) == 2)
    }

    @Test(
        "there is always a pause, and none is for ever",
        arguments: [(0, 1), (1, 9), (1_000, 1_000), (60_000, 1_000)])
    func bounds(took: Int, milliseconds: Int) {
        let pause = PurgePace(batchSize: 1000, hurries: false)
            .pause(after: .milliseconds(took), elapsed: .zero)
        #expect(pause == .milliseconds(milliseconds))
    }
}
