import Authorization
import Core
import Execution
import Functions
import JSON
import Wire

/// Has environments of a version or alias kept initialised ahead of work.
struct PutProvisionedConcurrencyConfig: ControlOperation, LambdaOperation {
  static let name = "PutProvisionedConcurrencyConfig"
  static let route = Route("PUT", "/2019-09-30/functions/{FunctionName}/provisioned-concurrency", successStatus: 202)

  let services: LambdaServices

  struct Input: Sendable {
    let target: FunctionTarget
    let requested: Int
  }

  static func decode(_ members: inout MemberReader) throws(Fault) -> Input {
    let target = try members.provisionedTarget()
    let requested = try members.integer("ProvisionedConcurrentExecutions")
    if requested == nil { members.note(nil, at: "ProvisionedConcurrentExecutions", "Member must not be null") }
    members.check(requested, at: "ProvisionedConcurrentExecutions", in: 1...Int(Int32.max))
    return Input(target: target, requested: requested ?? 1)
  }

  static func access(_ input: Input, at place: AccountRegion) -> [AccessRequest] {
    [AccessRequest("lambda:PutProvisionedConcurrencyConfig", on: input.target.arn(at: place))]
  }

  func run(_ call: Authorized<Input>) async throws -> OperationOutput {
    let target = call.value.target
    let name = try services.name(target, at: call.place)
    let provisioned = try await services.registry.provision(
      call.value.requested, for: target.qualifier, of: name, at: call.place, within: services.keptLimit)
    // Nothing of the new number is there yet, whatever was before: the environments are started after this answer.
    return OperationOutput(.object(provisioned.members(.none)))
  }
}
