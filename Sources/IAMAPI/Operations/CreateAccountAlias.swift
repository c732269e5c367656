import Authorization
import Core
import Identity
import Wire

/// Gives the account an alias, which takes the place of the one before.
struct CreateAccountAlias: ControlOperation, IAMOperation {
  static let name = "CreateAccountAlias"

  let registry: IdentityRegistry

  struct Input: Sendable {
    let alias: String
  }

  static func decode(_ members: inout MemberReader) throws(Fault) -> Input { Input(alias: try members.accountAlias()) }

  static func access(_ input: Input, at place: AccountRegion) -> [AccessRequest] {
    [AccessRequest("iam:CreateAccountAlias", on: "*")]
  }

  func run(_ call: Authorized<Input>) async throws -> OperationOutput {
    try await registry.setAlias(call.value.alias, of: call.place.account)
    return OperationOutput()
  }
}
