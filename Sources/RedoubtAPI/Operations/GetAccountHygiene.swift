import Authorization
import Core
import Functions
import Wire

/// Tells how the environments of functions without a mode of their own are kept clean.
struct GetAccountHygiene: ControlOperation, RedoubtOperation {
  static let name = "GetAccountHygiene"
  static let route = Route("GET", "/2026-11-25/account/hygiene")

  let services: RedoubtServices

  static func decode(_ members: inout MemberReader) throws(Fault) -> Void {

  }

  static func access(_ input: Void, at place: AccountRegion) -> [AccessRequest] {
    [AccessRequest("redoubt:GetAccountHygiene", on: AccountResource.arn(at: place))]
  }

  func run(_ call: Authorized<Void>) async throws -> OperationOutput {
    OperationOutput(services.hygieneMembers(at: call.place))
  }
}
