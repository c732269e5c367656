import Authorization
import Core
import Functions
import Identity
import Wire

/// Describes a function or one of its versions, and says where its package is to be had; the tags are the function's.
struct GetFunction: ControlOperation, LambdaOperation {
  static let name = "GetFunction"
  static let route = Route("GET", "/2015-03-31/functions/{FunctionName}")
  /// As long as a link to a package holds good (Lambda, "GetFunction").
  private static let linkLifetime = Duration.seconds(600)

  let services: LambdaServices

  struct Input: Sendable {
    let target: FunctionTarget
    /// As the client addressed this server; a link leads back the same way.
    let host: String?
    let sessionToken: String?
  }

  static func decode(_ members: inout MemberReader) throws(Fault) -> Input {
    let head = members.request.head
    return Input(
      target: try members.functionTarget(hasQualifier: true), host: head.header("Host"),
      sessionToken: head.header("X-Amz-Security-Token"))
  }

  static func access(_ input: Input, at place: AccountRegion) -> [AccessRequest] {
    [AccessRequest("lambda:GetFunction", on: input.target.arn(at: place))]
  }

  func run(_ call: Authorized<Input>) async throws -> OperationOutput {
    let input = call.value
    let version = try services.version(input.target, at: call.place)
    let configuration = try services.members(version, askedAs: input.target)
    var code: [String: JSONValue] = ["RepositoryType": "S3"]
    if let link = link(to: version, call) { code["Location"] = .string(link) }
    var members: [String: JSONValue] = ["Configuration": configuration, "Code": .object(code)]
    let tags = services.catalog.tags(of: version.name, at: call.place)
    if !tags.isEmpty { members["Tags"] = .object(tags.mapValues(JSONValue.string)) }
    members["Concurrency"] = services.catalog.concurrency(of: version.name, at: call.place)?.reservation
    return OperationOutput(.object(members))
  }

  /// - Returns: nil when the caller's key was withdrawn meanwhile.
  private func link(to version: FunctionVersion, _ call: Authorized<Input>) -> String? {
    guard let host = call.value.host else { return nil }
    return services.presigner.url(
      "/2026-11-25/functions/\(version.name)/packages/\(version.code.digest)", host: host, service: "redoubt",
      region: call.place.region, key: call.accessKeyID, token: call.value.sessionToken, lifetime: Self.linkLifetime)
  }
}
