import Authorization
import Core
import JSON
import Wire

/// Tells that a function has no code signing configuration: there are none to attach. Terraform asks for each function.
struct GetFunctionCodeSigningConfig: ControlOperation, LambdaOperation {
  static let name = "GetFunctionCodeSigningConfig"
  static let route = Route("GET", "/2020-06-30/functions/{FunctionName}/code-signing-config")

  let services: LambdaServices

  static func decode(_ members: inout MemberReader) throws(Fault) -> FunctionTarget {
    try members.functionTarget(hasQualifier: false)
  }

  static func access(_ input: FunctionTarget, at place: AccountRegion) -> [AccessRequest] {
    [AccessRequest("lambda:GetFunctionCodeSigningConfig", on: input.arn(at: place))]
  }

  func run(_ call: Authorized<FunctionTarget>) async throws -> OperationOutput {
    _ = try services.name(call.value, at: call.place)
    return OperationOutput([:])
  }
}
