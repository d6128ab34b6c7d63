public import Auth

/// A request whose password is to be hashed, in the hands of a ``PasswordQueue``.
///
/// Either ``finish(_:store:)`` is called or ``refuse(because:)``, once, by any thread.
public protocol PasswordRequest: Sendable {
    /// Puts right in a store what was written down for a request that got no answer, by the result of its
    /// hash; nil when it was not hashed.
    typealias TakeBack = @Sendable (any Store, PasswordWorkResult?) -> Void

    /// What is hashed.
    var work: PasswordWork { get }

    /// How long ago the request came, in microseconds; asked for only until it is answered.
    var age: UInt64 { get }

    /// Until what age it waits for a store when the password is hashed, in microseconds.
    var patience: UInt64 { get }

    /// What is called once after a refusal or a failure of the store, by a thread with a store; nil when
    /// nothing was written down.
    ///
    /// It may be called late: it holds nothing of the request but what it needs, and no password.
    var takeBack: TakeBack? { get }

    /// Goes on with what came of the hash.
    ///
    /// - Parameter store: The store of this thread.
    /// - Returns: The answer, which the caller gives.
    func finish(_ result: PasswordWorkResult, store: any Store) -> PasswordAnswer

    /// Answers at once, without a store.
    func refuse(because refusal: PasswordRefusal)
}

/// What came of a request whose password was hashed.
public struct PasswordAnswer: Sendable {
    /// Whether it is what the client asked for; any other answer comes no earlier than a refusal would.
    public let isSuccess: Bool
    /// Whether the store failed, so that what is written down may be wrong.
    public let hasStoreFailed: Bool
    /// Gives it, by any thread.
    public let give: @Sendable () -> Void

    /// An answer of its parts.
    public init(isSuccess: Bool, hasStoreFailed: Bool, give: @escaping @Sendable () -> Void) {
        self.isSuccess = isSuccess
        self.hasStoreFailed = hasStoreFailed
        self.give = give
    }
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
