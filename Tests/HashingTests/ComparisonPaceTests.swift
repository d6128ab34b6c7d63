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
        for time in [8000, 800, 800] as [UInt64] { pace.note("old", count: 1, nanoseconds: time) }
        #expect(pace.time(forComparisons: 1) < 8000)
        for _ in 0..<200 { pace.note("old", count: 1, nanoseconds: 800) }
        #expect((900...1100).contains(pace.time(forComparisons: 1)))
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
