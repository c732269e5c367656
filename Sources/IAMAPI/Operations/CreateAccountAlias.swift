import Authorization
import Core
import Identity
import Wire

/// Gives the account an alias, which takes the place of the one before.
struct CreateAccountAlias: ControlOperation, IAMOperation {
  static let name = "CreateAccountAlias"

  let registry: IdentityRegistry

  static func decode(_ members: inout MemberReader) throws(Fault) -> String { try members.accountAlias() }

  static func access(_ alias: String, at place: AccountRegion) -> [AccessRequest] {
    [AccessRequest("iam:CreateAccountAlias", on: "*")]
  }

  func run(_ call: Authorized<String>) async throws -> OperationOutput {
    try await registry.setAlias(call.value, of: call.place.account)
    return OperationOutput()
  }
}
