import Authorization
import Core
import Functions
import JSON
import Wire

/// Tells how many environments of a version or alias are to be initialised ahead of work, and how many are.
struct GetProvisionedConcurrencyConfig: ControlOperation, LambdaOperation {
  static let name = "GetProvisionedConcurrencyConfig"
  static let route = Route("GET", "/2019-09-30/functions/{FunctionName}/provisioned-concurrency")

  let services: LambdaServices

  static func decode(_ members: inout MemberReader) throws(Fault) -> FunctionTarget {
    try members.provisionedTarget()
  }

  static func access(_ input: FunctionTarget, at place: AccountRegion) -> [AccessRequest] {
    [AccessRequest("lambda:GetProvisionedConcurrencyConfig", on: input.arn(at: place))]
  }

  func run(_ call: Authorized<FunctionTarget>) async throws -> OperationOutput {
    guard let provisioned = try services.provisioned(call.value, at: call.place) else {
      throw LambdaErrors.nothingProvisioned
    }
    return OperationOutput(.object(services.members(provisioned)))
  }
}
