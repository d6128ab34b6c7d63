import ArgumentParser
import Threading

/// How a service starts that something may keep from starting.
enum ServiceStart {
    /// How long a service that cannot start waits before it leaves, in milliseconds.
    private static let pause = 5000

    /// Starts a service and runs it to its end.
    ///
    /// What keeps it from starting, such as a fault of the settings, is still there a moment later.
    /// systemd starts it again at once, as it must after a crash; so the pause is here.
    ///
    /// - Parameter run: Prints why it cannot start and throws an `ExitCode`.
    static func run(_ signals: TerminationSignals, _ run: () throws -> Void) throws {
        do {
            try run()
        } catch let code as ExitCode where code != .success && ServiceManager().isPresent {
            // Who is told to leave meanwhile has not failed.
            throw signals.wait(milliseconds: pause) ? ExitCode.success : code
        }
    }
}
