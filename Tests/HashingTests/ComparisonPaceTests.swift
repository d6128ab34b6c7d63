import Auth
import Cryptography
import Testing

@testable import Hashing

@Suite("equal time of refused logins")
struct ComparisonPaceTests {
    @Test("while all hashes have one cost, nothing is held")
    func oneCost() {
        let pace = ComparisonPace()
        #expect(pace.time(forComparisons: 1) == 0)
        pace.note("new", count: 1, nanoseconds: 1000)
        #expect(pace.time(forComparisons: 1) == 0)
    }

    @Test("with two, a refusal takes the time of the dearer and a quarter, for each comparison")
    func twoCosts() {
        let pace = ComparisonPace()
        pace.note("new", count: 1, nanoseconds: 1000)
        pace.note("old", count: 2, nanoseconds: 16000)
        #expect(pace.time(forComparisons: 1) == 10000)
        #expect(pace.time(forComparisons: 2) == 20000)
    }

    @Test("the time of a cost follows what it takes now")
    func average() {
        let pace = ComparisonPace()
        pace.note("new", count: 1, nanoseconds: 1)
        pace.note("old", count: 1, nanoseconds: 8000)
        for _ in 0..<200 { pace.note("old", count: 1, nanoseconds: 800) }
        #expect((900...1100).contains(pace.time(forComparisons: 1)))
        for _ in 0..<200 { pace.note("old", count: 1, nanoseconds: 8000) }
        #expect((9900...10100).contains(pace.time(forComparisons: 1)))
    }

    @Test("where the times of a cost vary, so much is added that hardly any comes too late")
    func deviation() {
        let pace = ComparisonPace()
        pace.note("new", count: 1, nanoseconds: 1)
        var late = 0
        for round in 0..<1000 {
            // Two of ten take half as long again, one twice as long.
            let time: UInt64 = [1000, 1000, 1500, 1000, 1000, 2000, 1000, 1000, 1500, 1000][
                round % 10]
            if round > 100, time > pace.time(forComparisons: 1) { late += 1 }
            pace.note("old", count: 1, nanoseconds: time)
        }
        #expect(late == 0)
        #expect(pace.time(forComparisons: 1) < 3000)
    }

    @Test("no refusal is held for ever")
    func bounded() {
        let pace = ComparisonPace()
        pace.note("new", count: 1, nanoseconds: 1)
        pace.note("old", count: 1, nanoseconds: 30_000_000_000)
        #expect(pace.time(forComparisons: 2) == ComparisonPace.longest)
    }

    @Test("what is stored is known before anybody asks; a table of one cost teaches nothing")
    func learning() throws {
        let parameters = try #require(
            Argon2Parameters(memoryKiB: 8, iterations: 1, parallelism: 1))
        let hasher = PasswordHasher(parameters: parameters, upgradesHashes: true)
        let workspace = HashingWorkspace(keptMemoryKiB: 8)
        let present = try PasswordHash.argon2id(
            [], parameters: parameters, salt: Array(repeating: 1, count: 16), in: workspace)
        let pace = ComparisonPace()
        pace.learn(from: [present.encoded, "!", "what?"], hasher: hasher, in: workspace)
        #expect(pace.time(forComparisons: 1) == 0)
        let old = "md5$abcdefghijklmnopqrstuv$97e600b50d33d14454eeb26ede5bb204"
        pace.learn(from: [present.encoded, old], hasher: hasher, in: workspace)
        #expect(pace.time(forComparisons: 1) > 0)
    }
}
