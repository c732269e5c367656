import Authorization
import Core
import Functions
import Wire

/// Leaves it to the platform again how environments are kept clean.
struct DeleteAccountHygiene: ControlOperation, RedoubtOperation {
  static let name = "DeleteAccountHygiene"
  static let route = Route("DELETE", "/2026-11-25/account/hygiene", successStatus: 204)

  let services: RedoubtServices

  static func decode(_ members: inout MemberReader) throws(Fault) -> Void {

  }

  static func access(_ input: Void, at place: AccountRegion) -> [AccessRequest] {
    [AccessRequest("redoubt:DeleteAccountHygiene", on: AccountResource.arn(at: place))]
  }

  func run(_ call: Authorized<Void>) async throws -> OperationOutput {
    try await services.registry.setHygiene(nil, at: call.place)
    return OperationOutput()
  }
}
