import JSON

extension FuzzTarget {
    /// The JSON reader: what it took, written and read again, is the same.
    static let json = FuzzTarget("json", longest: 65536) { bytes in
        guard let value = try? JSONReader.read(bytes) else { return }
        try require(value.depth <= JSONReader.depthLimit, "brackets lie in each other too deep")
        try value.requireUniqueNames()
        let written = JSONWriter.write(value)
        guard let again = try? JSONReader.read(written) else {
            throw Violation(description: "what was written cannot be read")
        }
        try require(JSONWriter.write(again) == written, "written twice, it is another text")
    }
}

extension JSONValue {
    fileprivate var depth: Int {
        switch self {
        case .array(let values): 1 + (values.map(\.depth).max() ?? 0)
        case .object(let object): 1 + (object.members.map(\.value.depth).max() ?? 0)
        default: 0
        }
    }

    /// Looking a name up must find the one member that has its bytes: no two readers may disagree.
    fileprivate func requireUniqueNames() throws {
        switch self {
        case .array(let values): for value in values { try value.requireUniqueNames() }
        case .object(let object):
            for member in object.members.prefix(50) {
                guard let found = object[member.name] else {
                    throw Violation(description: "a member is not found by its name")
                }
                try require(
                    JSONWriter.write(found) == JSONWriter.write(member.value),
                    "a name gives the value of another member")
                try member.value.requireUniqueNames()
            }
        default: break
        }
    }
}
