import Core
import Wire

/// What operations act upon. A user that is there already is named without the path, which authorization fills in.
enum IAMResource {
  static func user(_ name: String, path: String = "/", at place: AccountRegion) -> String {
    ARN(service: "iam", region: "", account: place.account.description, resource: "user\(path)\(name)").description
  }

  static func policy(_ name: String, path: String, at place: AccountRegion) -> String {
    ARN(service: "iam", region: "", account: place.account.description, resource: "policy\(path)\(name)").description
  }

  /// The user of that name, or the caller.
  static func userOrCaller(_ name: String?, at place: AccountRegion) -> AccessRequest.Target {
    name.map { .resource(user($0, at: place)) } ?? .caller
  }
}
