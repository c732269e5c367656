import Authorization
import Core
import Functions
import Wire

/// Tells how the environments of a function are kept clean.
struct GetFunctionHygiene: ControlOperation, RedoubtOperation {
  static let name = "GetFunctionHygiene"
  static let route = Route("GET", "/2026-11-25/functions/{FunctionName}/hygiene")

  let services: RedoubtServices

  static func decode(_ members: inout MemberReader) throws(Fault) -> NamedFunction {
    try members.namedFunction()
  }

  static func access(_ input: NamedFunction, at place: AccountRegion) -> [AccessRequest] {
    [AccessRequest("redoubt:GetFunctionHygiene", on: input.arn(at: place).description)]
  }

  func run(_ call: Authorized<NamedFunction>) async throws -> OperationOutput {
    let name = try call.value.find(in: services.catalog, at: call.place)
    return OperationOutput(services.hygieneMembers(of: name, at: call.place))
  }
}
