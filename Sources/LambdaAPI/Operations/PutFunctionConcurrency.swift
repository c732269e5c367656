import Authorization
import Core
import Functions
import Wire

/// Reserves concurrency for a function: so much is kept for it, and it gets no more. 0 stops it.
struct PutFunctionConcurrency: ControlOperation, LambdaOperation {
  static let name = "PutFunctionConcurrency"
  static let route = Route("PUT", "/2017-10-31/functions/{FunctionName}/concurrency")

  let services: LambdaServices

  struct Input: Sendable {
    let target: FunctionTarget
    let reserved: Int
  }

  static func decode(_ members: inout MemberReader) throws(Fault) -> Input {
    let target = try members.functionTarget(hasQualifier: false)
    let reserved = try members.integer("ReservedConcurrentExecutions")
    if reserved == nil { members.note(nil, at: "ReservedConcurrentExecutions", "Member must not be null") }
    members.check(reserved, at: "ReservedConcurrentExecutions", in: 0...Int(Int32.max))
    return Input(target: target, reserved: reserved ?? 0)
  }

  static func access(_ input: Input, at place: AccountRegion) -> [AccessRequest] {
    [AccessRequest("lambda:PutFunctionConcurrency", on: input.target.arn(at: place))]
  }

  func run(_ call: Authorized<Input>) async throws -> OperationOutput {
    let name = try services.name(call.value.target, at: call.place)
    try await services.registry.reserveConcurrency(
      call.value.reserved, for: name, at: call.place, within: services.keptLimit)
    return OperationOutput(FunctionConcurrency(reserved: call.value.reserved).reservation)
  }
}
