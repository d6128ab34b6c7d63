internal import Glibc

/// A file of SQL statements, taken apart.
///
/// Statements end with `;` and the last one may do without. Strings, backtick names and the three
/// kinds of comments (`-- `, `#`, `/* */`) are understood, so that a `;` inside of them ends
/// nothing. The command DELIMITER of the client program, and the compound statements that need
/// it, are refused.
public struct SQLScript: Hashable, Sendable {
    /// One statement of the script.
    public struct Piece: Hashable, Sendable {
        /// The text without the closing `;`, from the first character that is no comment.
        public let text: String
        /// The line where the text begins, from 1.
        public let line: Int
    }

    /// Why a script cannot be taken apart; lines count from 1.
    public enum Fault: Error, Hashable, Sendable {
        /// A string, name or comment that begins in this line does not end.
        case unterminated(line: Int)
        /// The client's command DELIMITER, which is no SQL.
        case delimiterCommand(line: Int)
        /// A trigger, routine or event with a BEGIN block, whose end cannot be told from its
        /// semicolons.
        case compoundStatement(line: Int)
    }

    /// The statements in their order; comments between them are left out.
    public let pieces: [Piece]

    /// Takes a script apart.
    public init(parsing text: String) throws(Fault) {
        var splitter = SQLSplitter(text)
        pieces = try splitter.pieces()
    }
}

extension SQLScript.Fault: CustomStringConvertible {
    /// One sentence that names the line.
    public var description: String {
        switch self {
        case .unterminated(let line):
            "A string, a name or a comment that begins in line \(line) does not end."
        case .delimiterCommand(let line):
            "Line \(line) has the client's command DELIMITER, which is not SQL."
        case .compoundStatement(let line):
            "The statement in line \(line) has a BEGIN block; write it as a single statement."
        }
    }
}

extension Connection {
    /// Runs the statements of an administrator's script one after another.
    ///
    /// Rows that they return are forgotten. There is no transaction around them: MariaDB commits
    /// at each statement that changes the schema.
    ///
    /// A statement that does not get a lock in time has done nothing, and is sent again after a pause
    /// of a second, in which whoever waits behind it gets on.
    ///
    /// - Parameter lockWaits: How often a statement may fail to get a lock before the script fails.
    /// - Throws: ``MariaDBError/scriptFailed(statement:line:code:message:)`` for the first that fails; those
    ///   before it stay done.
    public func run(_ script: SQLScript, lockWaits: Int = 1) throws(MariaDBError) {
        for (index, piece) in script.pieces.enumerated() {
            var waits = 1
            while let (error, message) = runText(piece.text) {
                guard error == .statementFailed(.lockWaitTimeout), waits < lockWaits else {
                    throw .scriptFailed(
                        statement: index + 1, line: piece.line, code: error.code ?? .serverLost,
                        message: message)
                }
                waits += 1
                sleep(1)
            }
        }
    }
}
