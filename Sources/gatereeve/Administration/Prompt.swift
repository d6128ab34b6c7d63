import ArgumentParser
import Auth
import Glibc
import Synchronization

/// Asks the person at the terminal, or reads what a script sends.
enum Prompt {
    /// The most bytes of a line that is read.
    private static let lengthLimit = 16384

    /// Whether a person can answer.
    static var isInteractive: Bool { isatty(STDIN_FILENO) == 1 }

    /// Reads a new password: twice and without echo from a terminal, else the first line of standard
    /// input.
    ///
    /// - Throws: `ExitCode` 64 after it has printed what is wrong.
    static func newPassword() throws -> Password {
        let first = try secret("Password: ", called: "password")
        if isInteractive {
            guard try secret("The same again: ", called: "password") == first else {
                Complaint.print("The two passwords differ. Nothing was changed.")
                throw ExitCode.validationFailure
            }
        }
        return Password(first)
    }

    /// Reads a line that is not to be seen.
    ///
    /// - Parameter name: What is asked for, for messages.
    static func secret(_ question: String, called name: String) throws -> String {
        let line = isInteractive ? try withoutEcho(question) { readLine(bell: $0) } : readLine()
        guard let line, !line.isEmpty else {
            Complaint.print("No \(name) was given on standard input.")
            throw ExitCode.validationFailure
        }
        return line
    }

    /// Asks before something is destroyed.
    ///
    /// - Throws: `ExitCode` 64 without a terminal, 1 when the answer is not `yes`.
    static func confirm(_ question: String, isConfirmed: Bool) throws {
        if isConfirmed { return }
        guard isInteractive else {
            Complaint.print("Nobody is there to confirm. Add --yes if you mean it.")
            throw ExitCode.validationFailure
        }
        say("\(question.withoutControls) Type yes: ")
        guard readLine() == "yes" else {
            Complaint.print("Nothing was changed.")
            throw ExitCode.failure
        }
    }

    /// To standard error: the question is no part of what the command prints.
    private static func say(_ text: String) {
        _ = Array(text.utf8).withUnsafeBytes { write(STDERR_FILENO, $0.baseAddress, $0.count) }
    }

    /// Reads up to the end of a line, byte by byte so that nothing behind it is taken.
    ///
    /// - Parameter bell: What ends the wait for input; nil when nothing does.
    /// - Returns: Nil at the end of input, after a signal, and for what is not UTF-8.
    private static func readLine(bell: CInt? = nil) -> String? {
        var bytes: [UInt8] = []
        var byte: UInt8 = 0
        while bytes.count < lengthLimit {
            if let bell, !waitForInput(orFor: bell) { return nil }
            let count = read(STDIN_FILENO, &byte, 1)
            if count < 0 { return nil }
            if count == 0 {
                if bytes.isEmpty { return nil }
                break
            }
            if byte == 0x0A { break }
            bytes.append(byte)
        }
        if bytes.last == 0x0D { bytes.removeLast() }
        return String(validating: bytes, as: UTF8.self)
    }

    /// Waits for input, or for a signal, which rings the bell.
    private static func waitForInput(orFor bell: CInt) -> Bool {
        var waiting = [STDIN_FILENO, bell].map { pollfd(fd: $0, events: Int16(POLLIN), revents: 0) }
        while poll(&waiting, 2, -1) < 0 { guard errno == EINTR else { return false } }
        return waiting[1].revents == 0
    }

    /// The signal that came while the terminal showed nothing; 0 when none did.
    private static let caught = Atomic<CInt>(0)
    /// The end of a pipe that a handler writes to, so that no signal slips in before the wait.
    private static let bell = Atomic<CInt>(-1)

    /// Switches the echo of the terminal off, and on again whatever happens.
    ///
    /// - Parameter body: Reads; it gets the other end of the bell.
    /// - Throws: `ExitCode` 130 after Ctrl-C, as a shell would tell.
    private static func withoutEcho(
        _ question: String, _ body: (CInt?) -> String?
    ) throws -> String? {
        var usual = termios()
        var ends: [CInt] = [-1, -1]
        guard tcgetattr(STDIN_FILENO, &usual) == 0, pipe(&ends) == 0 else { return body(nil) }
        caught.store(0, ordering: .relaxed)
        bell.store(ends[1], ordering: .relaxed)
        var handler = sigaction()
        handler.__sigaction_handler.sa_handler = { signal in
            Prompt.caught.store(signal, ordering: .relaxed)
            _ = write(Prompt.bell.load(ordering: .relaxed), "!", 1)
        }
        let signals = [SIGINT, SIGTERM, SIGHUP, SIGQUIT]
        var former = signals.map { _ in sigaction() }
        for (index, signal) in signals.enumerated() { sigaction(signal, &handler, &former[index]) }
        var silent = usual
        silent.c_lflag &= ~tcflag_t(ECHO)
        tcsetattr(STDIN_FILENO, TCSAFLUSH, &silent)
        say(question)
        let answer = body(ends[0])
        say("\n")
        tcsetattr(STDIN_FILENO, TCSAFLUSH, &usual)
        for (index, signal) in signals.enumerated() { sigaction(signal, &former[index], nil) }
        for end in ends { close(end) }
        let signal = caught.load(ordering: .relaxed)
        guard signal == 0 else { throw ExitCode(128 + signal) }
        return answer
    }
}
