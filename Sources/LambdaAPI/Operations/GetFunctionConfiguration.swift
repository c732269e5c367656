import Authorization
import Core
import Wire

/// Describes the settings of a function or of one of its versions.
struct GetFunctionConfiguration: ControlOperation, LambdaOperation {
  static let name = "GetFunctionConfiguration"
  static let route = Route("GET", "/2015-03-31/functions/{FunctionName}/configuration")

  let services: LambdaServices

  static func decode(_ members: inout MemberReader) throws(Fault) -> FunctionTarget {
    try members.functionTarget(hasQualifier: true)
  }

  static func access(_ input: FunctionTarget, at place: AccountRegion) -> [AccessRequest] {
    [AccessRequest("lambda:GetFunctionConfiguration", on: input.arn(at: place))]
  }

  func run(_ call: Authorized<FunctionTarget>) async throws -> OperationOutput {
    let version = try services.version(call.value, at: call.place)
    return OperationOutput(try services.members(version, askedAs: call.value))
  }
}
