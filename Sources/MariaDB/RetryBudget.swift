/// How often, and after which pause, a transaction that failed is run again.
///
/// Only failures after which nothing is committed qualify. A deadlock and a changed row are
/// retried up to five times; a lock that was not free in time and a lost connection once.
struct RetryBudget {
    private var conflictsLeft = 5
    private var lockWaitsLeft = 1
    private var reconnectionsLeft = 1

    /// Takes one retry out of the budget.
    ///
    /// - Parameter generator: Chooses the pause after a conflict, so that two transactions that
    ///   met do not meet again.
    /// - Returns: How long to wait, 0 to 40 ms, or nil to give up.
    mutating func pause(
        after error: MariaDBError, using generator: inout some RandomNumberGenerator
    ) -> Duration? {
        switch error {
        case .statementFailed(.deadlock), .statementFailed(.rowChanged):
            guard conflictsLeft > 0 else { return nil }
            conflictsLeft -= 1
            return .microseconds(Int64.random(in: 1_000...40_000, using: &generator))
        case .statementFailed(.lockWaitTimeout):
            guard lockWaitsLeft > 0 else { return nil }
            lockWaitsLeft -= 1
            return .microseconds(Int64.random(in: 1_000...40_000, using: &generator))
        case .connectionLost:
            guard reconnectionsLeft > 0 else { return nil }
            reconnectionsLeft -= 1
            return .zero
        default:
            return nil
        }
    }
}
