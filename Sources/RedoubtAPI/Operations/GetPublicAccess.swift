import Authorization
import Core
import Functions
import JSON
import Wire

/// Tells whether policies of functions and layers may let everybody in.
struct GetPublicAccess: ControlOperation, RedoubtOperation {
  static let name = "GetPublicAccess"
  static let route = Route("GET", "/2026-11-25/account/public-access")

  let services: RedoubtServices

  static func decode(_ members: inout MemberReader) throws(Fault) -> Void {

  }

  static func access(_ input: Void, at place: AccountRegion) -> [AccessRequest] {
    [AccessRequest("redoubt:GetPublicAccess", on: AccountResource.arn(at: place))]
  }

  func run(_ call: Authorized<Void>) async throws -> OperationOutput {
    OperationOutput(services.publicAccessMembers(at: call.place))
  }
}

extension RedoubtServices {
  func publicAccessMembers(at place: AccountRegion) -> JSONValue {
    ["IsAllowed": .bool(registry.policies.isPublicAccessAllowed(at: place))]
  }
}
