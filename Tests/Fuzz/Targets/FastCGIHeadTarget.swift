import CFastCGI
import Glibc

@testable import FastCGI

extension FuzzTarget {
    /// The first bytes of a connection: records of FastCGI up to the end of the parameters.
    static let fastcgiHead = FuzzTarget("fastcgi-head", longest: 49152) { bytes in
        let verdict = judge(bytes[...])
        // What a look at the first bytes found must be what a look at more of them finds.
        let half = judge(bytes.prefix(bytes.count / 2))
        try require(
            half == .unfinished || half == verdict,
            "the first half is \(half), the whole \(verdict)")
        guard let content = parameters(of: bytes) else {
            return try require(verdict != .sound, "a head is sound that has no end or no beginning")
        }
        guard let pairs = pairs(in: content) else {
            return try require(verdict == .unsound, "parameters without whole pairs are \(verdict)")
        }
        try require(verdict == .sound, "a head of whole pairs is \(verdict)")
        try requireFirstOnes(of: pairs)
    }

    private static func judge(_ bytes: ArraySlice<UInt8>) -> RequestHeadForm.Verdict {
        // Moved together in place, so each look has a copy.
        var copy = Array(bytes)
        return unsafe copy.withUnsafeMutableBytes { unsafe RequestHeadForm.judge($0) }
    }

    /// The contents of all records of parameters up to the empty one, read without haste; nil when the
    /// bytes are not the beginning of a request for a responder, or end too early.
    private static func parameters(of bytes: [UInt8]) -> [UInt8]? {
        var rest = bytes[...]
        func takeRecord() -> (head: [UInt8], content: ArraySlice<UInt8>)? {
            guard rest.count >= 8 else { return nil }
            let head = Array(rest.prefix(8))
            let length = Int(head[4]) * 256 + Int(head[5])
            guard rest.count >= 8 + length + Int(head[6]) else { return nil }
            let content = rest.dropFirst(8).prefix(length)
            rest = rest.dropFirst(8 + length + Int(head[6]))
            return (head, content)
        }
        guard let beginning = takeRecord(), beginning.head[0] == 1, beginning.head[1] == 1,
            beginning.content.count == 8, Array(beginning.content.prefix(2)) == [0, 1]
        else { return nil }
        var all: [UInt8] = []
        while let record = takeRecord() {
            guard record.head[0] == 1, record.head[1] == 4,
                record.head[2...3] == beginning.head[2...3]
            else { return nil }
            if record.content.isEmpty { return all }
            all += record.content
        }
        return nil
    }

    private static func pairs(in content: [UInt8]) -> [(name: [UInt8], value: [UInt8])]? {
        var rest = content[...]
        func takeLength() -> Int? {
            guard let first = rest.first else { return nil }
            let size = first < 128 ? 1 : 4
            guard rest.count >= size else { return nil }
            defer { rest = rest.dropFirst(size) }
            return rest.prefix(size).dropFirst().reduce(Int(first & 127)) { $0 * 256 + Int($1) }
        }
        var pairs: [(name: [UInt8], value: [UInt8])] = []
        while !rest.isEmpty {
            guard let name = takeLength(), let value = takeLength(), rest.count >= name + value
            else { return nil }
            pairs.append((Array(rest.prefix(name)), Array(rest.dropFirst(name).prefix(value))))
            rest = rest.dropFirst(name + value)
        }
        return pairs
    }

    /// Of several parameters of one name the first counts, up to a NUL, as libfcgi hands them on.
    private static func requireFirstOnes(of pairs: [(name: [UInt8], value: [UInt8])]) throws {
        let texts = pairs.map {
            Array(($0.name + [UInt8(ascii: "=")] + $0.value).prefix { $0 != 0 })
        }
        var list: [UnsafeMutablePointer<CChar>?] = texts.map { text in
            unsafe strdup(String(decoding: text, as: UTF8.self))
        }
        defer { for entry in unsafe list { unsafe free(entry) } }
        unsafe list.append(nil)
        let found = unsafe list.withUnsafeMutableBufferPointer {
            unsafe RequestParameters($0.baseAddress)
        }
        let fields = unsafe [
            ("REQUEST_METHOD=", found.method), ("REQUEST_URI=", found.target),
            ("CONTENT_TYPE=", found.contentType), ("CONTENT_LENGTH=", found.contentLength),
            ("HTTP_ACCEPT=", found.accept), ("HTTP_AUTHORIZATION=", found.authorization),
            ("DEVICE_COOKIE=", found.deviceCookie),
            ("REMOTE_ADDR=", found.remoteAddress), ("REQUEST_ID=", found.requestID),
        ]
        for (name, value) in unsafe fields {
            let first = texts.first { $0.starts(with: name.utf8) }
            let expected = first.map {
                String(decoding: $0.dropFirst(name.utf8.count), as: UTF8.self)
            }
            try require(
                unsafe value.map { unsafe String(cString: $0) } == expected,
                "\(name) is not the first one")
        }
    }
}
