import Authorization
import Core
import Identity
import JSON
import Wire

/// Gives the last report of all users and their keys.
struct GetCredentialReport: ControlOperation, IAMOperation {
  static let name = "GetCredentialReport"

  let registry: IdentityRegistry

  struct Input: Sendable {}

  static func decode(_ members: inout MemberReader) throws(Fault) -> Input { Input() }

  static func access(_ input: Input, at place: AccountRegion) -> [AccessRequest] {
    [AccessRequest("iam:GetCredentialReport", on: "*")]
  }

  func run(_ call: Authorized<Input>) async throws -> OperationOutput {
    guard let report = try await registry.credentialReport(of: call.place.account) else {
      throw Fault(
        code: "ReportNotPresent", status: 410,
        message: "No report is present. Make one with GenerateCredentialReport.")
    }
    guard !report.isExpired else {
      throw Fault(
        code: "ReportExpired", status: 410,
        message: "The last report is older than four hours. Make a new one with GenerateCredentialReport.")
    }
    return OperationOutput([
      "Content": .string(AccessOutputs.base64(report.content)), "ReportFormat": "text/csv",
      "GeneratedTime": IAMOutputs.date(report.createdAt),
    ])
  }
}
