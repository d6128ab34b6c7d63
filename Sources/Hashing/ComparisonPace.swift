import Auth
import Cryptography
import Synchronization
import Threading

/// How long a refused login takes where hashes of several costs are stored, so that its time does not
/// tell whether there is an account and how old its password is.
///
/// A site that moves from another system has hashes that cost ten times as much as new ones, or a
/// tenth, until their owners log in. All refusals are then held until the dearest of them would be
/// ready. That costs no work, and nothing at all while every hash has the same cost.
final class ComparisonPace: Sendable {
    /// No refusal is held longer than this after its comparison began, in nanoseconds; a stored hash
    /// that takes longer shows itself.
    static let longest: UInt64 = 2_000_000_000
    /// So many costs are told apart.
    private static let mostCosts = 16

    /// What one comparison took, in nanoseconds: averages that forget.
    private struct Time: Sendable {
        private var average: UInt64
        /// How far from the average one was; none is expected at first.
        private var deviation: UInt64 = 0

        init(_ first: UInt64) { average = first }

        mutating func note(_ sample: UInt64) {
            // A machine that stood still once must not make all refusals wait for long.
            let one = min(sample, 2 * average)
            let error = one > average ? one - average : average - one
            deviation = deviation - deviation / 8 + error / 8
            average = average - average / 8 + one / 8
        }

        /// What hardly any comparison takes longer than.
        ///
        /// A quarter more than usual suffices where nobody else uses the processors. Where they are shared
        /// with other machines times vary: four deviations are what TCP waits for an answer (RFC 6298 §2.3).
        var sufficient: UInt64 { average + max(average / 4, 4 * deviation) }
    }

    /// For each cost.
    private let times = Mutex<[String: Time]>([:])

    /// Remembers what comparisons took.
    ///
    /// - Parameters:
    ///   - cost: See ``PasswordHash/cost``.
    ///   - count: How many there were.
    ///   - nanoseconds: How long all of them took.
    func note(_ cost: String, count: UInt64, nanoseconds: UInt64) {
        let one = nanoseconds / count
        times.withLock { times in
            if times[cost] != nil {
                times[cost]?.note(one)
            } else if times.count < Self.mostCosts {
                times[cost] = Time(one)
            }
        }
    }

    /// How long after its begin the answer to comparisons that failed is due, in nanoseconds.
    ///
    /// - Parameter count: How many there were.
    /// - Returns: 0 while all hashes that were seen have the same cost.
    func time(forComparisons count: UInt64) -> UInt64 {
        times.withLock { times in
            guard times.count > 1, let dearest = times.values.map(\.sufficient).max() else {
                return 0
            }
            return min(dearest * count, Self.longest)
        }
    }

    /// Finds out what the stored hashes cost, before anybody asks.
    func learn(from encoded: [String], hasher: PasswordHasher, in workspace: HashingWorkspace) {
        var samples: [String: PasswordHash] = [:]
        for hash in encoded.compactMap(PasswordHash.init) where hash.cost != hasher.presentCost {
            samples[hash.cost] = hash
        }
        let pretences = samples.prefix(Self.mostCosts - 1).map(\.value)
        for hash in pretences.isEmpty ? [] : pretences + [nil] {
            let work = PasswordWork.pretend(Password(""), alternative: nil, like: hash)
            let begun = MonotonicTime.now
            guard (try? hasher.perform(work, in: workspace)) != nil else { continue }
            note(
                hash?.cost ?? hasher.presentCost, count: 1,
                nanoseconds: begun.nanoseconds(to: .now))
        }
    }
}
