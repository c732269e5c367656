import Authorization
import Core
import Identity
import JSON
import Wire

/// Makes an account with an administrator, whose access key is told this once.
struct CreateAccount: ControlOperation, RedoubtOperation {
  static let name = "CreateAccount"
  static let route = Route("POST", "/2026-11-25/accounts", successStatus: 201)

  let services: RedoubtServices

  struct Input: Sendable {
    let name: String
    /// nil for any that is free.
    let id: AccountID?
  }

  static func decode(_ members: inout MemberReader) throws(Fault) -> Input {
    let name = try members.requiredString("Name")
    members.check(name, at: "Name", pattern: Account.namePattern, matches: Account.isName)
    let id = try members.string("AccountId")
    members.check(id, at: "AccountId", pattern: "\\d{12}") { AccountID($0) != nil }
    return Input(name: name, id: id.flatMap { AccountID($0) })
  }

  static func access(_ input: Input, at place: AccountRegion) -> [AccessRequest] {
    [AccessRequest("redoubt:CreateAccount", on: .ofManagement("account/*"))]
  }

  func run(_ call: Authorized<Input>) async throws -> OperationOutput {
    let made = try await services.organization.createAccount(call.value.name, id: call.value.id)
    return OperationOutput(services.members(made))
  }
}
