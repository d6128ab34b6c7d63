import HTTP
import HTTPTypes
import JSON

extension Route {
    /// What `OPTIONS` tells about the route, in the shape of the replaced system's metadata.
    var description: Response {
        let types = [
            "application/json", "application/x-www-form-urlencoded", "multipart/form-data",
        ]
        let title = name.split(separator: "-").map { $0.prefix(1).uppercased() + $0.dropFirst() }
        let body = JSONObject([
            .init("name", .string(title.joined(separator: " "))),
            .init("description", .string("")),
            .init("renders", .array([.string("application/json")])),
            .init("parses", .array(types.map { .string($0) })),
        ])
        return .json(.ok, JSONWriter.write(.object(body)))
    }
}
