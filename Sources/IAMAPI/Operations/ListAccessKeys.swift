import Authorization
import Core
import Identity
import JSON
import Wire

/// Lists the access keys of a user, the oldest first, without their secrets.
struct ListAccessKeys: ControlOperation, IAMOperation {
  static let name = "ListAccessKeys"

  let registry: IdentityRegistry

  struct Input: Sendable {
    let user: String?
    let page: ListPage
  }

  static func decode(_ members: inout MemberReader) throws(Fault) -> Input {
    Input(user: try members.optionalUserName(), page: try members.page())
  }

  static func access(_ input: Input, at place: AccountRegion) -> [AccessRequest] {
    [AccessRequest("iam:ListAccessKeys", on: IAMResource.userOrCaller(input.user, at: place))]
  }

  func run(_ call: Authorized<Input>) async throws -> OperationOutput {
    let page = call.value.page
    let name = try call.userName(call.value.user)
    let (user, keys) = try await registry.accessKeys(ofUser: name, in: call.place.account)
    let rest = keys.filter { Self.place($0) > page.after }
    return OperationOutput(
      .object(
        page.members("AccessKeyMetadata", Array(rest.prefix(page.readLimit)), key: Self.place) { key in
          [
            "UserName": .string(user.name), "AccessKeyId": .string(key.id.description),
            "Status": key.isActive ? "Active" : "Inactive", "CreateDate": IAMOutputs.date(key.createdAt),
          ]
        }))
  }

  /// Keys are in this order; the one that a marker names may be gone.
  private static func place(_ key: AccessKey) -> String {
    let time = String(key.createdAt.seconds)
    return String(repeating: "0", count: max(0, 20 - time.utf8.count)) + time + "/" + key.id.description
  }
}
