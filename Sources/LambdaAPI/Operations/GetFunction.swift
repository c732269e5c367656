import Authorization
import Core
import Functions
import Wire

/// Describes a function or one of its versions; the tags are the function's.
struct GetFunction: ControlOperation, LambdaOperation {
  static let name = "GetFunction"
  static let route = Route("GET", "/2015-03-31/functions/{FunctionName}")

  let services: LambdaServices

  static func decode(_ members: inout MemberReader) throws(Fault) -> FunctionTarget {
    try members.functionTarget(hasQualifier: true)
  }

  static func access(_ input: FunctionTarget, at place: AccountRegion) -> [AccessRequest] {
    [AccessRequest("lambda:GetFunction", on: input.arn(at: place))]
  }

  func run(_ call: Authorized<FunctionTarget>) async throws -> OperationOutput {
    let version = try services.version(call.value, at: call.place)
    let configuration = try services.members(version, askedAs: call.value)
    // Without a `Location`: the package is not served yet.
    var members: [String: JSONValue] = ["Configuration": configuration, "Code": ["RepositoryType": "S3"]]
    let tags = services.catalog.tags(of: version.name, at: call.place)
    if !tags.isEmpty { members["Tags"] = .object(tags.mapValues(JSONValue.string)) }
    return OperationOutput(.object(members))
  }
}
