import Authorization
import Core
import Identity
import JSON
import Wire

/// Makes a report of all users and their keys. Each call makes it anew: nobody looks at what was true hours ago.
struct GenerateCredentialReport: ControlOperation, IAMOperation {
  static let name = "GenerateCredentialReport"

  let registry: IdentityRegistry

  struct Input: Sendable {}

  static func decode(_ members: inout MemberReader) throws(Fault) -> Input { Input() }

  static func access(_ input: Input, at place: AccountRegion) -> [AccessRequest] {
    [AccessRequest("iam:GenerateCredentialReport", on: "*")]
  }

  func run(_ call: Authorized<Input>) async throws -> OperationOutput {
    try await registry.makeCredentialReport(for: call.principal, in: call.place.account)
    return OperationOutput(["State": "COMPLETE"])
  }
}
