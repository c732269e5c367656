import Authorization
import Core
import Identity
import Wire

/// Takes the account's alias away.
struct DeleteAccountAlias: ControlOperation, IAMOperation {
  static let name = "DeleteAccountAlias"

  let registry: IdentityRegistry

  static func decode(_ members: inout MemberReader) throws(Fault) -> String { try members.accountAlias() }

  static func access(_ alias: String, at place: AccountRegion) -> [AccessRequest] {
    [AccessRequest("iam:DeleteAccountAlias", on: "*")]
  }

  func run(_ call: Authorized<String>) async throws -> OperationOutput {
    try await registry.removeAlias(call.value, of: call.place.account)
    return OperationOutput()
  }
}
