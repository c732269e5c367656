import Authorization
import Core
import Functions
import Identity
import Wire

/// Shows who may use a version of a layer.
struct GetLayerVersionPolicy: ControlOperation, LambdaOperation {
  static let name = "GetLayerVersionPolicy"
  static let route = Route("GET", "/2018-10-31/layers/{LayerName}/versions/{VersionNumber}/policy")
  private static let action = "lambda:GetLayerVersionPolicy"

  let services: LambdaServices

  static func decode(_ members: inout MemberReader) throws(Fault) -> LayerVersionTarget {
    try members.layerVersionTarget()
  }

  static func access(_ input: LayerVersionTarget, at place: AccountRegion) -> [AccessRequest] {
    [AccessRequest(action, on: input.reference(at: place).arn.description)]
  }

  func run(_ call: Authorized<LayerVersionTarget>) async throws -> OperationOutput {
    let reference = try call.value.own(at: call.place, Self.action, call.principal)
    return OperationOutput(services.members(try await services.layers.policy(of: reference)))
  }
}
