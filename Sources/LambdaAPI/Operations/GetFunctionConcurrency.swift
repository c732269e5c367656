import Authorization
import Core
import Wire

/// Tells that no concurrency is reserved for a function: there is no way to reserve any yet.
struct GetFunctionConcurrency: ControlOperation, LambdaOperation {
  static let name = "GetFunctionConcurrency"
  static let route = Route("GET", "/2019-09-30/functions/{FunctionName}/concurrency")

  let services: LambdaServices

  static func decode(_ members: inout MemberReader) throws(Fault) -> FunctionTarget {
    try members.functionTarget(hasQualifier: false)
  }

  static func access(_ input: FunctionTarget, at place: AccountRegion) -> [AccessRequest] {
    [AccessRequest("lambda:GetFunctionConcurrency", on: input.arn(at: place))]
  }

  func run(_ call: Authorized<FunctionTarget>) async throws -> OperationOutput {
    _ = try services.name(call.value, at: call.place)
    return OperationOutput([:])
  }
}
