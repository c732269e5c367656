import Authorization
import Core
import Identity
import Wire

/// Takes the account's alias away.
struct DeleteAccountAlias: ControlOperation, IAMOperation {
  static let name = "DeleteAccountAlias"

  let registry: IdentityRegistry

  struct Input: Sendable {
    let alias: String
  }

  static func decode(_ members: inout MemberReader) throws(Fault) -> Input { Input(alias: try members.accountAlias()) }

  static func access(_ input: Input, at place: AccountRegion) -> [AccessRequest] {
    [AccessRequest("iam:DeleteAccountAlias", on: "*")]
  }

  func run(_ call: Authorized<Input>) async throws -> OperationOutput {
    try await registry.removeAlias(call.value.alias, of: call.place.account)
    return OperationOutput()
  }
}
