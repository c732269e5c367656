import Authorization
import Core
import Functions
import Wire

/// Describes a version of a layer.
struct GetLayerVersion: ControlOperation, LambdaOperation {
  static let name = "GetLayerVersion"
  static let route = Route("GET", "/2018-10-31/layers/{LayerName}/versions/{VersionNumber}")
  static let action = "lambda:GetLayerVersion"

  let services: LambdaServices

  static func decode(_ members: inout MemberReader) throws(Fault) -> LayerVersionTarget {
    try members.layerVersionTarget()
  }

  static func access(_ input: LayerVersionTarget, at place: AccountRegion) -> [AccessRequest] {
    [AccessRequest(action, on: input.reference(at: place).arn.description)]
  }

  func run(_ call: Authorized<LayerVersionTarget>) async throws -> OperationOutput {
    let reference = try call.value.own(at: call.place, Self.action, call.principal)
    return OperationOutput(LayerMembers(version: try await services.layers.version(reference)).json)
  }
}
