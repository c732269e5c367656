import Authorization
import Core
import Identity
import JSON
import Wire

/// Lists the versions of a managed policy, the newest first, a page at a time.
struct ListPolicyVersions: ControlOperation, IAMOperation {
  static let name = "ListPolicyVersions"

  let registry: IdentityRegistry

  struct Input: Sendable {
    let policy: String
    let page: ListPage
  }

  static func decode(_ members: inout MemberReader) throws(Fault) -> Input {
    Input(policy: try members.policyARN(), page: try members.page())
  }

  static func access(_ input: Input, at place: AccountRegion) -> [AccessRequest] {
    [AccessRequest("iam:ListPolicyVersions", on: input.policy)]
  }

  func run(_ call: Authorized<Input>) async throws -> OperationOutput {
    let page = call.value.page
    let versions = try await registry.policyVersions(of: call.value.policy, in: call.place.account)
    // The newest first; the version that the marker names may be gone.
    let before = ManagedPolicyVersion.number(page.after) ?? .max
    let rest = versions.filter { $0.number < before }
    return OperationOutput(
      .object(
        page.members("Versions", Array(rest.prefix(page.readLimit)), key: \.id) { version in
          IAMOutputs.version(version, isWhole: false)
        }))
  }
}
