import Core
import JSON
import Wire

/// What operations act upon, and the condition keys that belong to it.
enum IAMResource {
  static func policy(_ name: String, path: String, at place: AccountRegion) -> String {
    ARN(service: "iam", region: "", account: place.account.description, resource: "policy\(path)\(name)").description
  }

  /// The user of that name, or the caller.
  static func userOrCaller(_ name: String?, at place: AccountRegion) -> AccessRequest.Target {
    name.map { .resource(UserKind.resource($0, at: place)) } ?? .caller
  }

  /// The condition keys of a request that makes something with a boundary and tags.
  static func keys(boundary: String?, tags: [String: String]) -> [String: JSONValue] {
    var keys = AccessRequest.tagKeys(tags)
    keys["iam:PermissionsBoundary"] = boundary.map { .string($0) }
    return keys
  }
}
