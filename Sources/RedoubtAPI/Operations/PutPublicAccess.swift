import Authorization
import Core
import Functions
import Wire

/// Sets whether policies of functions and layers may let everybody in. Where they may not, what they say of everybody does
/// not count, whenever it was said.
struct PutPublicAccess: ControlOperation, RedoubtOperation {
  static let name = "PutPublicAccess"
  static let route = Route("PUT", "/2026-11-25/account/public-access")

  let services: RedoubtServices

  static func decode(_ members: inout MemberReader) throws(Fault) -> Bool {
    let isAllowed = try members.bool("IsAllowed")
    if isAllowed == nil { members.note(nil, at: "IsAllowed", "Member must not be null") }
    return isAllowed ?? false
  }

  static func access(_ input: Bool, at place: AccountRegion) -> [AccessRequest] {
    [AccessRequest("redoubt:PutPublicAccess", on: AccountResource.arn(at: place))]
  }

  func run(_ call: Authorized<Bool>) async throws -> OperationOutput {
    try await services.registry.policies.setPublicAccess(call.value, at: call.place)
    return OperationOutput(services.publicAccessMembers(at: call.place))
  }
}
