import Authorization
import Core
import Identity
import JSON
import Wire

/// Gives the users and roles of a report of last accesses who could use a service, the latest first, a page at a time.
struct GetServiceLastAccessedDetailsWithEntities: ControlOperation, IAMOperation {
  static let name = "GetServiceLastAccessedDetailsWithEntities"

  let registry: IdentityRegistry

  struct Input: Sendable {
    let id: String
    let service: String
    let page: ListPage
  }

  static func decode(_ members: inout MemberReader) throws(Fault) -> Input {
    let service = try members.requiredString("ServiceNamespace")
    members.checkNamespace(service, at: "ServiceNamespace")
    return Input(id: try members.reportID(), service: service, page: try members.page())
  }

  static func access(_ input: Input, at place: AccountRegion) -> [AccessRequest] {
    [AccessRequest("iam:GetServiceLastAccessedDetailsWithEntities", on: "*")]
  }

  func run(_ call: Authorized<Input>) async throws -> OperationOutput {
    let (input, page) = (call.value, call.value.page)
    let (report, createdAt) = try await registry.accessReport(input.id, for: call.principal, in: call.place.account)
    // A report does not change: an index goes on where the page before ended.
    let last = Int(page.after) ?? -1
    let rest = report.entities(ofService: input.service).enumerated().filter { $0.offset > last }.prefix(page.readLimit)
    var members = page.members(
      "EntityDetailsList", Array(rest), key: { String($0.offset) },
      as: { AccessOutputs.entity($0.element.entity, $0.element.use) })
    members.merge(AccessOutputs.job(report, createdAt)) { member, _ in member }
    members["JobType"] = nil
    return OperationOutput(.object(members))
  }
}
