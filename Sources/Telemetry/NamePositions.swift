/// Finds the place of a name among those that a label may have.
///
/// A list: the length of a name tells nearly all apart, and looking at it is cheaper than a hash.
struct NamePositions: Sendable {
    private let names: [String]

    /// - Parameter names: Of several that are the same the first one counts.
    init(_ names: [String]) {
        self.names = names
    }

    var count: Int { names.count }

    subscript(name: String) -> Int? {
        let length = name.utf8.count
        for place in names.indices where names[place].utf8.count == length && names[place] == name {
            return place
        }
        return nil
    }
}
