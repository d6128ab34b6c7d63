import HTTP

extension FuzzTarget {
    /// The `Accept` field: weights stay in their range, and HTML is preferred only if it is taken.
    static let accept = FuzzTarget("accept", longest: 8192) { bytes in
        let accept = Accept(String(foreign: bytes))
        let (json, html) = (
            accept.weight(of: "application", "json"), accept.weight(of: "text", "html")
        )
        try require((0...1000).contains(json) && (0...1000).contains(html), "weight out of range")
        try require(accept.prefersHTML == (html > json), "the preferred type is another")
        try require(accept.isSatisfiable == (max(html, json) > 0), "neither type is wanted")
    }

    /// `Content-Type`: what was read, written with quotation marks, reads the same.
    static let mediaType = FuzzTarget("media-type", longest: 8192) { bytes in
        let media = MediaType(parsing: String(foreign: bytes))
        // Not contains(_: Character), to which the Greek question mark is a semicolon.
        let name = media.name.utf8
        try require(
            !name.contains(UInt8(ascii: ";")) || name.contains(UInt8(ascii: "\"")),
            "a parameter is in the name")
        let isPlain = (media.parameters.keys + [media.name]).allSatisfy {
            $0.utf8.allSatisfy { (0x21...0x7E).contains($0) && !"\"\\;=".utf8.contains($0) }
        }
        guard isPlain else { return }
        let written = media.parameters.reduce(media.name) { "\($0); \($1.key)=\($1.value.quoted)" }
        try require(MediaType(parsing: written) == media, "written and read again, it is another")
    }
}
