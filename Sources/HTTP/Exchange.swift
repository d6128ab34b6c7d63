/// One request that waits for its answer.
///
/// It belongs to one thread at a time and may be handed on; whoever has it answers it once.
public protocol Exchange: AnyObject, Sendable {
    /// What the request says before its body.
    var head: RequestHead { get }

    /// How long ago its first byte was awaited, in microseconds.
    var age: UInt64 { get }

    /// Reads the body.
    ///
    /// - Parameter limit: The most that is taken, in bytes.
    /// - Throws: ``BodyFault``.
    func readBody(limit: Int) throws(BodyFault) -> [UInt8]

    /// Says that another thread will answer; call it before that thread can know of the exchange.
    func handOn()

    /// Sends the answer and ends the exchange. Call it once, as the last thing.
    func answer(_ response: Response)
}

/// Why a body was not taken.
public enum BodyFault: Error, Hashable, Sendable {
    /// It is, or says that it is, longer than the limit.
    case tooLarge
    /// It ended before the announced length: the client or the web server went away.
    case incomplete
}

/// What answers requests; each worker thread makes one of its own.
public protocol ExchangeHandler: AnyObject {
    /// Takes over an exchange and sees to it that it is answered, now or by another thread.
    ///
    /// - Returns: Whether it was answered without being handed on; then the caller may use the
    ///   exchange again.
    func handle(_ exchange: any Exchange) -> Bool
}
