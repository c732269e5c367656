import Authorization
import Core
import Functions
import Identity
import JSON
import Wire

/// Lets others use a version of a layer.
struct AddLayerVersionPermission: ControlOperation, LambdaOperation {
  static let name = "AddLayerVersionPermission"
  static let route = Route(
    "POST", "/2018-10-31/layers/{LayerName}/versions/{VersionNumber}/policy", successStatus: 201)
  private static let action = "lambda:AddLayerVersionPermission"

  let services: LambdaServices

  struct Input: Sendable {
    let target: LayerVersionTarget
    let permission: PermissionMembers
    let revisionID: String?
  }

  static func decode(_ members: inout MemberReader) throws(Fault) -> Input {
    let target = try members.layerVersionTarget()
    var permission = try PermissionMembers(&members, actions: GetLayerVersion.action) { $0 == GetLayerVersion.action }
    members.check(
      permission.principal, at: "Principal", pattern: "\\d{12}|\\*|arn:(aws[a-zA-Z-]*):iam::\\d{12}:root",
      matches: isAccount)
    permission.organization = try members.string("OrganizationId")
    members.check(permission.organization, at: "OrganizationId", lengths: 0...34)
    members.check(
      permission.organization, at: "OrganizationId", pattern: "o-[a-z0-9]{10,32}",
      matches: AddPermission.isOrganization)
    return Input(target: target, permission: permission, revisionID: members.query("RevisionId"))
  }

  static func access(_ input: Input, at place: AccountRegion) -> [AccessRequest] {
    [AccessRequest(action, on: input.target.reference(at: place).arn.description)]
  }

  func run(_ call: Authorized<Input>) async throws -> OperationOutput {
    let reference = try call.value.target.own(at: call.place, Self.action, call.principal)
    let permission = try call.value.permission.permission(
      on: reference.arn.description, services.identities, at: call.place)
    let policy = try await services.layers.permit(permission, of: reference, revisionID: call.value.revisionID)
    return OperationOutput([
      "Statement": .string(String(decoding: permission.json.encoded, as: UTF8.self)),
      "RevisionId": .string(policy.revisionID),
    ])
  }

  /// Layers are for accounts, not for one of their users.
  private static func isAccount(_ text: String) -> Bool {
    switch PermittedPrincipal(text) {
    case .everyone: true
    case .arn(let arn): arn.service == "iam" && arn.resource == "root"
    case .service, nil: false
    }
  }
}
