import Authorization
import Core
import Functions
import Wire

/// Takes the reserved concurrency from a function; that it has none is no error.
struct DeleteFunctionConcurrency: ControlOperation, LambdaOperation {
  static let name = "DeleteFunctionConcurrency"
  static let route = Route("DELETE", "/2017-10-31/functions/{FunctionName}/concurrency", successStatus: 204)

  let services: LambdaServices

  static func decode(_ members: inout MemberReader) throws(Fault) -> FunctionTarget {
    try members.functionTarget(hasQualifier: false)
  }

  static func access(_ input: FunctionTarget, at place: AccountRegion) -> [AccessRequest] {
    [AccessRequest("lambda:DeleteFunctionConcurrency", on: input.arn(at: place))]
  }

  func run(_ call: Authorized<FunctionTarget>) async throws -> OperationOutput {
    let name = try services.name(call.value, at: call.place)
    try await services.registry.reserveConcurrency(
      nil, for: name, at: call.place, within: services.keptLimit)
    return OperationOutput()
  }
}
