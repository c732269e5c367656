import Authorization
import Core
import Functions
import Wire

/// Deletes a version of a layer; functions that have it keep it. To delete what is not there is no error.
struct DeleteLayerVersion: ControlOperation, LambdaOperation {
  static let name = "DeleteLayerVersion"
  static let route = Route("DELETE", "/2018-10-31/layers/{LayerName}/versions/{VersionNumber}", successStatus: 204)
  private static let action = "lambda:DeleteLayerVersion"

  let services: LambdaServices

  static func decode(_ members: inout MemberReader) throws(Fault) -> LayerVersionTarget {
    try members.layerVersionTarget()
  }

  static func access(_ input: LayerVersionTarget, at place: AccountRegion) -> [AccessRequest] {
    [AccessRequest(action, on: input.reference(at: place).arn.description)]
  }

  func run(_ call: Authorized<LayerVersionTarget>) async throws -> OperationOutput {
    try await services.layers.delete(try call.value.own(at: call.place, Self.action, call.principal))
    return OperationOutput()
  }
}
