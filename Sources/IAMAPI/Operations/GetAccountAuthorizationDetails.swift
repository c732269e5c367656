import Authorization
import Core
import Identity
import JSON
import Wire

/// Tells everything of the account that says who may do what, a page at a time.
struct GetAccountAuthorizationDetails: ControlOperation, IAMOperation {
  static let name = "GetAccountAuthorizationDetails"

  let registry: IdentityRegistry

  struct Input: Sendable {
    let filter: Set<Filter>
    let page: ListPage
  }

  enum Filter: String, CaseIterable, Sendable {
    case user = "User"
    case role = "Role"
    case group = "Group"
    case accountPolicy = "LocalManagedPolicy"
    case platformPolicy = "AWSManagedPolicy"
  }

  static func decode(_ members: inout MemberReader) throws(Fault) -> Input {
    let names = try members.strings("Filter") ?? []
    for name in names { members.check(name, at: "filter", oneOf: Filter.allCases.map(\.rawValue)) }
    let filter = Set(names.compactMap(Filter.init))
    return Input(filter: filter.isEmpty ? Set(Filter.allCases) : filter, page: try members.page())
  }

  static func access(_ input: Input, at place: AccountRegion) -> [AccessRequest] {
    [AccessRequest("iam:GetAccountAuthorizationDetails", on: "*")]
  }

  func run(_ call: Authorized<Input>) async throws -> OperationOutput {
    let (filter, page) = (call.value.filter, call.value.page)
    let details = try await registry.authorizationDetails(of: call.place.account)
    let items = Self.items(details, registry.activity).filter { filter.contains($0.kind) }
    // What comes after the last one of the page before; keys begin with the place of their kind.
    let rest = items.filter { $0.key > page.after }.prefix(page.readLimit)
    var members = page.members("UserDetailList", Array(rest), key: \.key, as: \.value)
    let shown = rest.prefix(page.limit)
    for (list, kinds) in Self.lists {
      members[list] = .array(shown.filter { kinds.contains($0.kind) }.map(\.value))
    }
    return OperationOutput(.object(members))
  }

  private static let lists: [String: Set<Filter>] = [
    "UserDetailList": [.user], "GroupDetailList": [.group], "RoleDetailList": [.role],
    "Policies": [.accountPolicy, .platformPolicy],
  ]

  private struct Item {
    let kind: Filter
    let key: String
    let value: JSONValue
  }

  private static func items(_ details: AuthorizationDetails, _ activity: ActivityLedger) -> [Item] {
    let users = details.users.map { user, groups, policies in
      Item(
        kind: .user, key: "1\(user.name)",
        value: AuthorizationMembers.user(user, groups, policies))
    }
    let groups = details.groups.map { group, policies in
      Item(kind: .group, key: "2\(group.name)", value: AuthorizationMembers.group(group, policies))
    }
    let roles = details.roles.map { role, policies in
      Item(
        kind: .role, key: "3\(role.name)",
        value: AuthorizationMembers.role(role, policies, lastUse: activity.lastUse(of: role.uniqueID)))
    }
    let managed = details.policies.map { description, versions in
      Item(
        kind: description.policy.isPlatforms ? .platformPolicy : .accountPolicy, key: "4\(description.policy.arn)",
        value: AuthorizationMembers.policy(description, versions))
    }
    return (users + groups + roles + managed).sorted { $0.key < $1.key }
  }
}
