import CLinux
import Glibc
import Synchronization

/// Raised once, when the program should end; any number of threads may watch it.
///
/// It is an `eventfd(2)`, so that a thread can wait for it together with other descriptors.
public final class StopSignal: Sendable {
    /// Readable from the moment on that the signal is raised.
    public let descriptor: CInt
    private let raised = Atomic(false)

    /// - Precondition: The process may open one more descriptor.
    public init() {
        descriptor = eventfd(0, CInt(EFD_CLOEXEC) | CInt(EFD_NONBLOCK))
        precondition(descriptor >= 0, "eventfd failed with errno \(errno)")
    }

    deinit {
        close(descriptor)
    }

    /// Whether it has been raised.
    public var isRaised: Bool { raised.load(ordering: .acquiring) }

    /// Raises it; raising it again changes nothing.
    public func raise() {
        raised.store(true, ordering: .releasing)
        _ = eventfd_write(descriptor, 1)
    }

    /// Waits until it is raised or the time is over.
    ///
    /// - Parameter milliseconds: How long at most; negative means for ever.
    /// - Returns: Whether it is raised.
    public func wait(milliseconds: CInt) -> Bool {
        var poll = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
        _ = unsafe Glibc.poll(&poll, 1, milliseconds)
        return isRaised
    }
}
