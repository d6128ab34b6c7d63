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

    /// What one comparison took, in nanoseconds: an average that forgets, for each cost.
    private let times = Mutex<[String: UInt64]>([:])

    /// Remembers what comparisons took.
    ///
    /// - Parameters:
    ///   - cost: See ``PasswordHash/cost``.
    ///   - count: How many there were.
    ///   - nanoseconds: How long all of them took.
    func note(_ cost: String, count: UInt64, nanoseconds: UInt64) {
        let one = nanoseconds / count
        times.withLock { times in
            guard let former = times[cost] else {
                if times.count < Self.mostCosts { times[cost] = one }
                return
            }
            times[cost] = former - former / 8 + one / 8
        }
    }

    /// How long after its begin the answer to comparisons that failed is due, in nanoseconds.
    ///
    /// - Parameter count: How many there were.
    /// - Returns: 0 while all hashes that were seen have the same cost.
    func time(forComparisons count: UInt64) -> UInt64 {
        times.withLock { times in
            guard times.count > 1, let dearest = times.values.max() else { return 0 }
            // A quarter more, since the same hash does not always take the same time.
            return min((dearest + dearest / 4) * count, Self.longest)
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
