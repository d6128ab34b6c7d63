public import Auth

/// A request whose password is to be hashed, in the hands of a ``PasswordQueue``.
///
/// Either ``finish(_:store:afterMicroseconds:)`` is called or ``refuse(because:)``, once, by any thread.
public protocol PasswordRequest: Sendable {
    /// Takes back in a store what was written down for a request.
    typealias TakeBack = @Sendable (any Store) -> Void

    /// What is hashed.
    var work: PasswordWork { get }

    /// How long it may wait for a store when the password is hashed, in microseconds.
    var patience: UInt64 { get }

    /// What is called once after a refusal, by a thread with a store, unless the password was found
    /// wrong; nil when nothing was written down.
    ///
    /// It may be called late: it holds nothing of the request but what it needs, and no password.
    var takeBack: TakeBack? { get }

    /// Goes on with what came of the hash.
    ///
    /// - Parameters:
    ///   - store: The store of this thread.
    ///   - afterMicroseconds: How long it waited for that store; at most ``patience``.
    func finish(_ result: PasswordWorkResult, store: any Store, afterMicroseconds: UInt64)

    /// Answers at once, without a store.
    func refuse(because refusal: PasswordRefusal)
}

/// Why nothing comes of a password that was handed to a queue.
public enum PasswordRefusal: Sendable {
    /// It waited too long to be hashed, or there was no memory for it.
    case notHashed
    /// It was hashed, and waited too long for a store.
    case noStore
}

/// Where passwords are hashed, and where answers wait for their time: a few threads, each with a bounded
/// queue before it.
public protocol PasswordQueue: Sendable {
    /// Whether a request would be taken now.
    var hasRoom: Bool { get }

    /// Takes a request.
    ///
    /// - Returns: False when the queue is full; nothing is called then.
    func submit(_ request: any PasswordRequest) -> Bool

    /// Gives an answer later, from a thread that waits for no store.
    ///
    /// - Parameter microseconds: How much later; earlier when very many answers are held.
    func hold(microseconds: UInt64, _ answer: @escaping @Sendable () -> Void)
}
