import Authorization
import Core
import Wire

/// Describes a function or one of its versions.
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
    let configuration = try services.members(version, isQualified: call.value.isQualified)
    // Without a `Location`: the package is not served yet.
    return OperationOutput(["Configuration": configuration, "Code": ["RepositoryType": "S3"]])
  }
}
