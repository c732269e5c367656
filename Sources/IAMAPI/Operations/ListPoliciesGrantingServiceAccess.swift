import Authorization
import Core
import Identity
import JSON
import Wire

/// Lists the policies by which a user, group or role may use services, a page of services at a time.
struct ListPoliciesGrantingServiceAccess: ControlOperation, IAMOperation {
  static let name = "ListPoliciesGrantingServiceAccess"

  private static let mostServices = 200
  private static let servicesPerPage = 100

  let registry: IdentityRegistry

  struct Input: Sendable {
    let arn: String
    let services: [String]
    let page: ListPage
  }

  static func decode(_ members: inout MemberReader) throws(Fault) -> Input {
    let services = try members.strings("ServiceNamespaces")
    let name = "serviceNamespaces"
    if services == nil { members.note(nil, at: name, "Member must not be null") }
    if services?.isEmpty ?? false { members.note("[]", at: name, "Member must have length greater than or equal to 1") }
    if services?.count ?? 0 > Self.mostServices {
      members.note("[]", at: name, "Member must have length less than or equal to \(Self.mostServices)")
    }
    for service in (services ?? []).prefix(Self.mostServices) {
      members.checkNamespace(service, at: "ServiceNamespaces")
    }
    return Input(
      arn: try members.arn("Arn"), services: services ?? [], page: try members.page(of: Self.servicesPerPage))
  }

  static func access(_ input: Input, at place: AccountRegion) -> [AccessRequest] {
    [AccessRequest("iam:ListPoliciesGrantingServiceAccess", on: input.arn)]
  }

  func run(_ call: Authorized<Input>) async throws -> OperationOutput {
    let (input, page) = (call.value, call.value.page)
    // An index into what the caller asks for goes on where the page before ended.
    let last = Int(page.after) ?? -1
    let wanted = Array(input.services.enumerated().filter { $0.offset > last }.prefix(page.readLimit))
    let found = try await registry.policies(granting: wanted.map(\.element), to: input.arn, in: call.place.account)
    return OperationOutput(
      .object(
        page.members(
          "PoliciesGrantingServiceAccess", Array(zip(wanted, found)), key: { String($0.0.offset) },
          as: { _, found in
            [
              "ServiceNamespace": .string(found.service),
              "Policies": .array(found.policies.map(AccessOutputs.policy)),
            ]
          })))
  }
}
