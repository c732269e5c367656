import Authorization
import Core
import Functions
import Wire

/// Describes a version of a layer, and says where its package is to be had.
struct GetLayerVersion: ControlOperation, LambdaOperation {
  static let name = "GetLayerVersion"
  static let route = Route("GET", "/2018-10-31/layers/{LayerName}/versions/{VersionNumber}")
  static let action = "lambda:GetLayerVersion"

  let services: LambdaServices

  struct Input: Sendable {
    let target: LayerVersionTarget
    let origin: LinkOrigin
  }

  static func decode(_ members: inout MemberReader) throws(Fault) -> Input {
    Input(target: try members.layerVersionTarget(), origin: members.linkOrigin)
  }

  static func access(_ input: Input, at place: AccountRegion) -> [AccessRequest] {
    [AccessRequest(action, on: input.target.reference(at: place).arn.description)]
  }

  func run(_ call: Authorized<Input>) async throws -> OperationOutput {
    let reference = try call.value.target.own(at: call.place, Self.action, call.principal)
    let version = try await services.layers.version(reference)
    return OperationOutput(services.members(version, call.value.origin, call))
  }
}
