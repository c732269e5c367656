import Authorization
import Core
import Identity
import JSON
import Wire

/// Gives a report of last accesses, by service, a page at a time.
struct GetServiceLastAccessedDetails: ControlOperation, IAMOperation {
  static let name = "GetServiceLastAccessedDetails"

  let registry: IdentityRegistry

  struct Input: Sendable {
    let id: String
    let page: ListPage
  }

  static func decode(_ members: inout MemberReader) throws(Fault) -> Input {
    Input(id: try members.reportID(), page: try members.page())
  }

  static func access(_ input: Input, at place: AccountRegion) -> [AccessRequest] {
    [AccessRequest("iam:GetServiceLastAccessedDetails", on: "*")]
  }

  func run(_ call: Authorized<Input>) async throws -> OperationOutput {
    let page = call.value.page
    let (report, createdAt) = try await registry.accessReport(
      call.value.id, for: call.principal, in: call.place.account)
    let rest = report.services.filter { $0.namespace > page.after }
    let members = page.members(
      "ServicesLastAccessed", Array(rest.prefix(page.readLimit)), key: \.namespace,
      as: { AccessOutputs.service($0, in: report) })
    return OperationOutput(
      .object(members.merging(AccessOutputs.job(report, createdAt)) { member, _ in member }))
  }
}
