/// Reads a script byte by byte and cuts it at the semicolons that end statements.
struct SQLSplitter {
    private let bytes: [UInt8]
    private var position = 0
    private var line = 1
    /// Where the statement under way begins, or nil before its first character.
    private var start: (position: Int, line: Int)?
    /// The first words of the statement under way, in capitals, and whether BEGIN is among all.
    private var words: [String] = []
    private var hasBegin = false

    init(_ text: String) {
        bytes = Array(text.utf8)
    }

    mutating func pieces() throws(SQLScript.Fault) -> [SQLScript.Piece] {
        var pieces: [SQLScript.Piece] = []
        while position < bytes.count {
            if try skipComment() { continue }
            let byte = bytes[position]
            if byte == UInt8(ascii: ";") {
                if let piece = try finish() { pieces.append(piece) }
                advance()
                continue
            }
            if Self.isSpace(byte) {
                advance()
                continue
            }
            if start == nil { start = (position, line) }
            switch byte {
            case UInt8(ascii: "'"), UInt8(ascii: "\""), UInt8(ascii: "`"): try skipQuoted(byte)
            case _ where Self.isWordByte(byte): readWord()
            default: advance()
            }
        }
        if let piece = try finish() { pieces.append(piece) }
        return pieces
    }

    /// Ends the statement under way at the present position.
    private mutating func finish() throws(SQLScript.Fault) -> SQLScript.Piece? {
        defer {
            start = nil
            words = []
            hasBegin = false
        }
        guard let start else { return nil }
        if words.first == "DELIMITER" { throw .delimiterCommand(line: start.line) }
        let routines: Set = ["TRIGGER", "PROCEDURE", "FUNCTION", "EVENT", "PACKAGE"]
        let createsRoutine = words.first == "CREATE" && !routines.isDisjoint(with: words)
        if hasBegin, createsRoutine || words.starts(with: ["BEGIN", "NOT"]) {
            throw .compoundStatement(line: start.line)
        }
        var end = position
        while end > start.position, Self.isSpace(bytes[end - 1]) { end -= 1 }
        let text = String(decoding: bytes[start.position..<end], as: UTF8.self)
        return SQLScript.Piece(text: text, line: start.line)
    }

    /// Skips a comment that begins here; `--` begins one only before a space or the line's end.
    ///
    /// A comment of the form `/*! … */` is code for MariaDB and so part of a statement.
    private mutating func skipComment() throws(SQLScript.Fault) -> Bool {
        let byte = bytes[position]
        let beginsLine =
            byte == UInt8(ascii: "#")
            || (looking(at: "--") && (byteAhead(2).map { $0 <= UInt8(ascii: " ") } ?? true))
        if beginsLine {
            while position < bytes.count, bytes[position] != UInt8(ascii: "\n") { advance() }
            return true
        }
        guard looking(at: "/*") else { return false }
        let firstLine = line
        if start == nil, looking(at: "/*!") || looking(at: "/*M!") { start = (position, line) }
        advance(by: 2)
        while !looking(at: "*/") {
            guard position < bytes.count else { throw .unterminated(line: firstLine) }
            advance()
        }
        advance(by: 2)
        return true
    }

    /// Skips a string or a name in backticks; in strings a backslash escapes the next byte.
    ///
    /// A doubled quote is the end of one and the beginning of the next, which comes to the same.
    private mutating func skipQuoted(_ quote: UInt8) throws(SQLScript.Fault) {
        let firstLine = line
        advance()
        while position < bytes.count, bytes[position] != quote {
            if bytes[position] == UInt8(ascii: "\\"), quote != UInt8(ascii: "`") { advance() }
            advance()
        }
        guard position < bytes.count else { throw .unterminated(line: firstLine) }
        advance()
    }

    private mutating func readWord() {
        let first = position
        while position < bytes.count, Self.isWordByte(bytes[position]) { advance() }
        let word = String(decoding: bytes[first..<position], as: UTF8.self).uppercased()
        if words.count < 8 { words.append(word) }
        if word == "BEGIN" { hasBegin = true }
    }

    private mutating func advance(by count: Int = 1) {
        for _ in 0..<count where position < bytes.count {
            if bytes[position] == UInt8(ascii: "\n") { line += 1 }
            position += 1
        }
    }

    private func byteAhead(_ distance: Int) -> UInt8? {
        position + distance < bytes.count ? bytes[position + distance] : nil
    }

    private func looking(at text: StaticString) -> Bool {
        bytes[position...].starts(with: "\(text)".utf8)
    }

    private static func isSpace(_ byte: UInt8) -> Bool {
        byte == UInt8(ascii: " ") || (9...13).contains(byte)
    }

    private static func isWordByte(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"):
            true
        default: byte >= 0x80
        }
    }
}
