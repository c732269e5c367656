import Authorization
import Core
import Identity
import JSON
import Wire

/// Gives the administrator of an account a new access key, which is told this once, in place of all that there are.
struct ResetAccountAdministrator: ControlOperation, RedoubtOperation {
  static let name = "ResetAccountAdministrator"
  static let route = Route("POST", "/2026-11-25/accounts/{AccountId}/administrator")

  let services: RedoubtServices

  static func decode(_ members: inout MemberReader) throws(Fault) -> NamedAccount {
    members.namedAccount()
  }

  static func access(_ input: NamedAccount, at place: AccountRegion) -> [AccessRequest] {
    [AccessRequest("redoubt:ResetAccountAdministrator", on: .ofManagement("account/\(input)"))]
  }

  func run(_ call: Authorized<NamedAccount>) async throws -> OperationOutput {
    OperationOutput(services.members(try await services.organization.resetAdministrator(of: try call.value.id)))
  }
}
