/// What kinds of answer a client takes (RFC 9110 §12.5.1).
public struct Accept: Hashable, Sendable {
    /// A media range with its weight.
    private struct Range: Hashable {
        let type: String
        let subtype: String
        /// In thousandths, 0 to 1000.
        let weight: Int

        /// How exactly it names a type; the most exact range decides.
        func precedence(for type: String, _ subtype: String) -> Int? {
            switch (self.type, self.subtype) {
            case (type, subtype): 2
            case (type, "*"): 1
            case ("*", "*"): 0
            default: nil
            }
        }
    }

    /// Nil when everything is taken alike.
    private let ranges: [Range]?

    /// Reads the field; a missing or empty one takes everything.
    public init(_ field: String?) {
        // The values that nearly every program sends.
        guard let field, !field.isEmpty, field != "*/*", field != "application/json" else {
            ranges = nil
            return
        }
        ranges = field.split(separator: ",").prefix(100).compactMap { item in
            let media = MediaType(parsing: item.trimmingSpace())
            let parts = media.name.split(separator: "/", omittingEmptySubsequences: false)
            guard parts.count == 2 else { return nil }
            let weight = media.parameters["q"].map { Double($0) ?? 0 } ?? 1
            return Range(
                type: String(parts[0]), subtype: String(parts[1]),
                weight: Int(max(0, min(1, weight)) * 1000))
        }
    }

    /// How much the client wants a type, 0 (not at all) to 1000.
    public func weight(of type: String, _ subtype: String) -> Int {
        guard let ranges else { return 1000 }
        var best = (precedence: -1, weight: 0)
        for range in ranges {
            if let precedence = range.precedence(for: type, subtype), precedence > best.precedence {
                best = (precedence, range.weight)
            }
        }
        return best.weight
    }

    /// Whether a person with a browser is asking: HTML is wanted more than JSON.
    public var prefersHTML: Bool {
        weight(of: "text", "html") > weight(of: "application", "json")
    }

    /// Whether JSON or HTML, all that the service can answer with, would do.
    public var isSatisfiable: Bool {
        weight(of: "application", "json") > 0 || weight(of: "text", "html") > 0
    }
}
