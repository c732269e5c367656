import Authorization
import Core
import Functions
import JSON
import Wire

/// Tells what is reserved for a function; an empty answer when nothing is.
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
    let name = try services.name(call.value, at: call.place)
    return OperationOutput(services.catalog.concurrency(of: name, at: call.place)?.reservation ?? [:])
  }
}
