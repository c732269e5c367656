import Authorization
import Core
import Functions
import Wire

/// Sets how the environments of a function are kept clean.
struct PutFunctionHygiene: ControlOperation, RedoubtOperation {
  static let name = "PutFunctionHygiene"
  static let route = Route("PUT", "/2026-11-25/functions/{FunctionName}/hygiene")

  let services: RedoubtServices

  struct Input: Sendable {
    let function: NamedFunction
    let mode: HygieneMode
  }

  static func decode(_ members: inout MemberReader) throws(Fault) -> Input {
    Input(function: try members.namedFunction(), mode: try members.hygieneMode())
  }

  static func access(_ input: Input, at place: AccountRegion) -> [AccessRequest] {
    [AccessRequest("redoubt:PutFunctionHygiene", on: input.function.arn(at: place).description)]
  }

  func run(_ call: Authorized<Input>) async throws -> OperationOutput {
    let name = try call.value.function.find(in: services.catalog, at: call.place)
    try await services.registry.setHygiene(call.value.mode, of: name, at: call.place)
    return OperationOutput(services.hygieneMembers(of: name, at: call.place))
  }
}
