import Authorization
import Core
import Identity
import JSON
import Wire

/// Takes an account out of service: no credentials of it open anything, and its functions do not run.
struct SuspendAccount: ControlOperation, RedoubtOperation {
  static let name = "SuspendAccount"
  static let route = Route("POST", "/2026-11-25/accounts/{AccountId}/suspend")

  let services: RedoubtServices

  static func decode(_ members: inout MemberReader) throws(Fault) -> NamedAccount {
    members.namedAccount()
  }

  static func access(_ input: NamedAccount, at place: AccountRegion) -> [AccessRequest] {
    [AccessRequest("redoubt:SuspendAccount", on: .ofManagement("account/\(input)"))]
  }

  func run(_ call: Authorized<NamedAccount>) async throws -> OperationOutput {
    OperationOutput(services.members(try await services.setSuspended(true, try call.value.id)))
  }
}
