import Authorization
import Core
import Identity
import JSON
import Wire

/// Lists the users, groups and roles that have a managed policy, a page at a time.
struct ListEntitiesForPolicy: ControlOperation, IAMOperation {
  static let name = "ListEntitiesForPolicy"

  let registry: IdentityRegistry

  struct Input: Sendable {
    let policy: String
    let kind: String?
    let prefix: String
    let usage: PolicyFilter.Usage
    let page: ListPage
  }

  static func decode(_ members: inout MemberReader) throws(Fault) -> Input {
    let kind = try members.string("EntityFilter")
    let usage = try members.string("PolicyUsageFilter")
    members.check(
      kind, at: "EntityFilter", oneOf: ["User", "Role", "Group", "LocalManagedPolicy", "AWSManagedPolicy"])
    members.check(usage, at: "PolicyUsageFilter", oneOf: PolicyFilter.Usage.allCases.map(\.rawValue))
    return Input(
      policy: try members.policyARN(), kind: kind, prefix: try members.entityPath("PathPrefix"),
      usage: usage.flatMap(PolicyFilter.Usage.init) ?? .permissionsPolicy, page: try members.page())
  }

  static func access(_ input: Input, at place: AccountRegion) -> [AccessRequest] {
    [AccessRequest("iam:ListEntitiesForPolicy", on: input.policy)]
  }

  func run(_ call: Authorized<Input>) async throws -> OperationOutput {
    let (input, page) = (call.value, call.value.page)
    _ = try await registry.policy(input.policy, in: call.place.account)
    let details = try await registry.authorizationDetails(of: call.place.account)
    let found = Self.entities(details, input).sorted { $0.key < $1.key }
    let rest = found.filter { $0.key > page.after }.prefix(page.readLimit)
    var members = page.members("PolicyUsers", Array(rest), key: \.key, as: \.value)
    for kind in ["User", "Group", "Role"] {
      members["Policy\(kind)s"] = .array(rest.prefix(page.limit).filter { $0.kind == kind }.map(\.value))
    }
    return OperationOutput(.object(members))
  }

  private struct Entity {
    let kind: String
    let name: String
    let value: JSONValue
    var key: String { "\(kind)/\(name)" }

    init(_ kind: String, _ name: String, _ id: String) {
      self.kind = kind
      self.name = name
      value = .object(["\(kind)Name": .string(name), "\(kind)Id": .string(id)])
    }
  }

  private static func entities(_ details: AuthorizationDetails, _ input: Input) -> [Entity] {
    func has(_ policies: HangingPolicies, _ path: String) -> Bool {
      guard path.hasPrefix(input.prefix) else { return false }
      return switch input.usage {
      case .permissionsPolicy: policies.attached.contains { $0.arn == input.policy }
      case .permissionsBoundary: policies.boundary == input.policy
      }
    }
    let users = details.users.filter { has($0.policies, $0.user.path) }.map {
      Entity("User", $0.user.name, $0.user.uniqueID)
    }
    let groups = details.groups.filter { has($0.policies, $0.group.path) }.map {
      Entity("Group", $0.group.name, $0.group.uniqueID)
    }
    let roles = details.roles.filter { has($0.policies, $0.role.path) }.map {
      Entity("Role", $0.role.name, $0.role.uniqueID)
    }
    return (users + groups + roles).filter { input.kind == nil || input.kind == $0.kind }
  }
}
