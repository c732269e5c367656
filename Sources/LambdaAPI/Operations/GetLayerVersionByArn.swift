import Authorization
import Core
import Functions
import Wire

/// Describes the version of a layer that an ARN names.
struct GetLayerVersionByArn: ControlOperation, LambdaOperation {
  static let name = "GetLayerVersionByArn"
  static let route = Route("GET", "/2018-10-31/layers?find=LayerVersion")

  let services: LambdaServices

  /// nil: the request names none; it is refused after authorization.
  static func decode(_ members: inout MemberReader) throws(Fault) -> LayerVersionReference? {
    guard let text = members.query("Arn") else {
      members.note(nil, at: "Arn", "Member must not be null")
      return nil
    }
    members.check(text, at: "Arn", lengths: 1...2048)
    let reference = LayerVersionReference(text)
    members.check(text, at: "Arn", pattern: LayerVersionReference.pattern) { _ in reference != nil }
    return reference
  }

  static func access(_ input: LayerVersionReference?, at place: AccountRegion) -> [AccessRequest] {
    [AccessRequest(GetLayerVersion.action, on: input?.arn.description ?? "*")]
  }

  func run(_ call: Authorized<LayerVersionReference?>) async throws -> OperationOutput {
    guard let reference = call.value else { throw LayerError.notFound }
    guard reference.place == call.place else {
      throw LambdaErrors.foreign(GetLayerVersion.action, on: reference.arn.description, call.principal)
    }
    return OperationOutput(LayerMembers(version: try await services.layers.version(reference)).json)
  }
}
