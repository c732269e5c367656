import Authorization
import Core
import Identity
import JSON
import Wire

/// Tells callers who they are. No policy can deny it.
struct GetCallerIdentity: ControlOperation, STSOperation {
  static let name = "GetCallerIdentity"

  let services: STSServices

  struct Input: Sendable {}

  static func decode(_ members: inout MemberReader) throws(Fault) -> Input { Input() }

  static func access(_ input: Input, at place: AccountRegion) -> [AccessRequest] {
    [AccessRequest("sts:GetCallerIdentity", on: "*")]
  }

  func run(_ call: Authorized<Input>) async throws -> OperationOutput {
    let principal = call.principal
    return OperationOutput([
      "UserId": .string(principal.uniqueID), "Account": .string(principal.account.description),
      "Arn": .string(principal.arn.description),
    ])
  }
}
