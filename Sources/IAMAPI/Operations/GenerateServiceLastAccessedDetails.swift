import Authorization
import Core
import Identity
import JSON
import Wire

/// Makes a report of what a user, group, role or managed policy lets do and of what was used of it.
struct GenerateServiceLastAccessedDetails: ControlOperation, IAMOperation {
  static let name = "GenerateServiceLastAccessedDetails"

  let registry: IdentityRegistry

  struct Input: Sendable {
    let arn: String
    let granularity: AccessGranularity
  }

  static func decode(_ members: inout MemberReader) throws(Fault) -> Input {
    let granularity = try members.string("Granularity")
    members.check(granularity, at: "Granularity", oneOf: AccessGranularity.allCases.map(\.rawValue))
    return Input(
      arn: try members.arn("Arn"), granularity: granularity.flatMap(AccessGranularity.init) ?? .services)
  }

  static func access(_ input: Input, at place: AccountRegion) -> [AccessRequest] {
    [AccessRequest("iam:GenerateServiceLastAccessedDetails", on: input.arn)]
  }

  func run(_ call: Authorized<Input>) async throws -> OperationOutput {
    let id = try await registry.makeAccessReport(
      of: call.value.arn, withActions: call.value.granularity == .actions, for: call.principal, in: call.place.account)
    return OperationOutput(["JobId": .string(id)])
  }
}
