public import Auth

/// Where passwords are hashed, and where answers wait for their time: a few threads, each with a bounded
/// queue before it.
public protocol PasswordQueue: Sendable {
    /// Whether a piece of work would be taken now.
    var hasRoom: Bool { get }

    /// Takes a piece of work.
    ///
    /// - Parameters:
    ///   - work: What is hashed.
    ///   - finish: Called once by a hashing thread, with what came of it and the store of that
    ///     thread; with nil when the work waited too long and was not done.
    /// - Returns: False when the queue is full; `finish` is not called then.
    func submit(
        _ work: PasswordWork, finish: @escaping @Sendable (PasswordWorkResult?, any Store) -> Void
    ) -> Bool

    /// Gives an answer later, from a thread of its own.
    ///
    /// - Parameter microseconds: How much later; earlier when very many answers are held.
    func hold(microseconds: UInt64, _ answer: @escaping @Sendable () -> Void)
}
