import Authorization
import Core
import Identity
import JSON
import Wire

/// Takes an account back into service.
struct ResumeAccount: ControlOperation, RedoubtOperation {
  static let name = "ResumeAccount"
  static let route = Route("POST", "/2026-11-25/accounts/{AccountId}/resume")

  let services: RedoubtServices

  static func decode(_ members: inout MemberReader) throws(Fault) -> NamedAccount {
    members.namedAccount()
  }

  static func access(_ input: NamedAccount, at place: AccountRegion) -> [AccessRequest] {
    [AccessRequest("redoubt:ResumeAccount", on: .ofManagement("account/\(input)"))]
  }

  func run(_ call: Authorized<NamedAccount>) async throws -> OperationOutput {
    OperationOutput(services.members(try await services.setSuspended(false, try call.value.id)))
  }
}
