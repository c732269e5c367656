import Authorization
import Core
import Functions
import Wire

/// Lets environments of a version or alias no longer be kept initialised; that none were is no error.
struct DeleteProvisionedConcurrencyConfig: ControlOperation, LambdaOperation {
  static let name = "DeleteProvisionedConcurrencyConfig"
  static let route = Route("DELETE", "/2019-09-30/functions/{FunctionName}/provisioned-concurrency", successStatus: 204)

  let services: LambdaServices

  static func decode(_ members: inout MemberReader) throws(Fault) -> FunctionTarget {
    try members.provisionedTarget()
  }

  static func access(_ input: FunctionTarget, at place: AccountRegion) -> [AccessRequest] {
    [AccessRequest("lambda:DeleteProvisionedConcurrencyConfig", on: input.arn(at: place))]
  }

  func run(_ call: Authorized<FunctionTarget>) async throws -> OperationOutput {
    guard let provisioned = try services.provisioned(call.value, at: call.place) else { return OperationOutput() }
    try await services.registry.unprovision(
      provisioned.qualifier, of: provisioned.version.name, at: call.place)
    return OperationOutput()
  }
}
