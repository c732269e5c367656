import Authorization
import Core
import Functions
import Wire

/// Describes the version of a layer that an ARN names, and says where its package is to be had.
struct GetLayerVersionByArn: ControlOperation, LambdaOperation {
  static let name = "GetLayerVersionByArn"
  static let route = Route("GET", "/2018-10-31/layers?find=LayerVersion")

  let services: LambdaServices

  struct Input: Sendable {
    /// nil: the request names none; it is refused after authorization.
    let reference: LayerVersionReference?
    let origin: LinkOrigin
  }

  static func decode(_ members: inout MemberReader) throws(Fault) -> Input {
    Input(reference: reference(&members), origin: members.linkOrigin)
  }

  static func access(_ input: Input, at place: AccountRegion) -> [AccessRequest] {
    [AccessRequest(GetLayerVersion.action, on: input.reference?.arn.description ?? "*")]
  }

  func run(_ call: Authorized<Input>) async throws -> OperationOutput {
    guard let reference = call.value.reference else { throw LayerError.notFound }
    try reference.checkIsOwn(at: call.place, GetLayerVersion.action, call.principal)
    let version = try await services.layers.version(reference)
    return OperationOutput(services.members(version, call.value.origin, call))
  }

  private static func reference(_ members: inout MemberReader) -> LayerVersionReference? {
    guard let text = members.query("Arn") else {
      members.note(nil, at: "Arn", "Member must not be null")
      return nil
    }
    members.check(text, at: "Arn", lengths: 1...2048)
    let reference = LayerVersionReference(text)
    members.check(text, at: "Arn", pattern: LayerVersionReference.pattern) { _ in reference != nil }
    return reference
  }
}
