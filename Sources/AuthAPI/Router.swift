import HTTP

/// Finds the route of a path.
struct Router: Sendable {
    struct Match {
        let route: Route
        /// The segments that stood for angle brackets, percent-decoded.
        let parameters: [String]
    }

    private let prefix: String
    /// A list: the length of a path tells nearly all apart, and looking at it is cheaper than a hash.
    private let exact: [(path: String, route: Route)]
    private let patterns: [Route]

    /// - Parameter prefix: What every path begins with, without the slash at its end.
    init(prefix: String, routes: [Route] = Routes.all, operations: [Route] = Routes.operations) {
        self.prefix = prefix
        let isPattern = { (route: Route) in route.path.contains { $0.hasPrefix("<") } }
        let below = routes.filter { !isPattern($0) }
            .map { ("\(prefix)/\($0.path.joined(separator: "/"))", $0) }
        let atRoot = operations.map { ("/\($0.path.joined(separator: "/"))", $0) }
        exact = (below + atRoot).flatMap { [($0, $1), ($0 + "/", $1)] }
        patterns = routes.filter(isPattern)
    }

    private func exactMatch(_ path: String) -> Match? {
        let length = path.utf8.count
        for (known, route) in exact where known.utf8.count == length && known == path {
            return Match(route: route, parameters: [])
        }
        return nil
    }

    /// - Parameter path: As it was sent, percent-encoded, with or without the slash at its end.
    func route(_ path: String) -> Match? {
        if let match = exactMatch(path) { return match }
        var path = path
        if path.utf8.contains(UInt8(ascii: "%")) {
            let decoded = PercentCoding.decode(Array(path.utf8), plusIsSpace: false)
            guard let text = String(validating: decoded, as: UTF8.self),
                !text.unicodeScalars.contains("\0")
            else { return nil }
            path = text
            if let match = exactMatch(path) { return match }
        }
        // By bytes: a slash is not a Character of its own beside one that combines with it.
        let slash = UInt8(ascii: "/")
        var rest = path.utf8[...]
        if rest.last == slash { rest.removeLast() }
        let start = prefix.utf8
        guard rest.starts(with: start), rest.dropFirst(start.count).first == slash else {
            return nil
        }
        let segments = rest.dropFirst(start.count + 1)
            .split(separator: slash, omittingEmptySubsequences: false)
            .map { String(Substring($0)) }
        for route in patterns where route.path.count == segments.count {
            var parameters: [String] = []
            let matches = zip(route.path, segments).allSatisfy { pattern, segment in
                if pattern.hasPrefix("<") {
                    parameters.append(segment)
                    return !segment.isEmpty
                }
                return pattern == segment
            }
            if matches { return Match(route: route, parameters: parameters) }
        }
        return nil
    }
}
