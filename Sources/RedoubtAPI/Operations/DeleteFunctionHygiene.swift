import Authorization
import Core
import Functions
import Wire

/// Leaves it to the account again how the environments of a function are kept clean.
struct DeleteFunctionHygiene: ControlOperation, RedoubtOperation {
  static let name = "DeleteFunctionHygiene"
  static let route = Route("DELETE", "/2026-11-25/functions/{FunctionName}/hygiene", successStatus: 204)

  let services: RedoubtServices

  static func decode(_ members: inout MemberReader) throws(Fault) -> NamedFunction {
    try members.namedFunction()
  }

  static func access(_ input: NamedFunction, at place: AccountRegion) -> [AccessRequest] {
    [AccessRequest("redoubt:DeleteFunctionHygiene", on: input.arn(at: place).description)]
  }

  func run(_ call: Authorized<NamedFunction>) async throws -> OperationOutput {
    let name = try call.value.find(in: services.catalog, at: call.place)
    try await services.registry.setHygiene(nil, of: name, at: call.place)
    return OperationOutput()
  }
}
