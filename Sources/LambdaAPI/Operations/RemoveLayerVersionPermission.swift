import Authorization
import Core
import Functions
import Identity
import Wire

/// Takes a statement out of the policy of a layer version.
struct RemoveLayerVersionPermission: ControlOperation, LambdaOperation {
  static let name = "RemoveLayerVersionPermission"
  static let route = Route(
    "DELETE", "/2018-10-31/layers/{LayerName}/versions/{VersionNumber}/policy/{StatementId}", successStatus: 204)
  private static let action = "lambda:RemoveLayerVersionPermission"

  let services: LambdaServices

  struct Input: Sendable {
    let target: LayerVersionTarget
    let statementID: String
    let revisionID: String?
  }

  static func decode(_ members: inout MemberReader) throws(Fault) -> Input {
    Input(
      target: try members.layerVersionTarget(), statementID: members.statementID(),
      revisionID: members.query("RevisionId"))
  }

  static func access(_ input: Input, at place: AccountRegion) -> [AccessRequest] {
    [AccessRequest(action, on: input.target.reference(at: place).arn.description)]
  }

  func run(_ call: Authorized<Input>) async throws -> OperationOutput {
    let reference = try call.value.target.own(at: call.place, Self.action, call.principal)
    try await services.layers.forbid(call.value.statementID, of: reference, revisionID: call.value.revisionID)
    return OperationOutput()
  }
}
