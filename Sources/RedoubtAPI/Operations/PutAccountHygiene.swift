import Authorization
import Core
import Functions
import Wire

/// Sets how the environments of functions without a mode of their own are kept clean.
struct PutAccountHygiene: ControlOperation, RedoubtOperation {
  static let name = "PutAccountHygiene"
  static let route = Route("PUT", "/2026-11-25/account/hygiene")

  let services: RedoubtServices

  static func decode(_ members: inout MemberReader) throws(Fault) -> HygieneMode {
    try members.hygieneMode()
  }

  static func access(_ input: HygieneMode, at place: AccountRegion) -> [AccessRequest] {
    [AccessRequest("redoubt:PutAccountHygiene", on: AccountResource.arn(at: place))]
  }

  func run(_ call: Authorized<HygieneMode>) async throws -> OperationOutput {
    try await services.registry.setHygiene(call.value, at: call.place)
    return OperationOutput(services.hygieneMembers(at: call.place))
  }
}
