import Authorization
import Core
import Functions
import SupplyChain
import Wire

/// Makes the next version of a layer from a zip in the request.
struct PublishLayerVersion: ControlOperation, LambdaOperation {
  static let name = "PublishLayerVersion"
  static let route = Route("POST", "/2018-10-31/layers/{LayerName}/versions", successStatus: 201)
  static let bodyLimit = CodeMembers.bodyLimit
  private static let action = "lambda:PublishLayerVersion"

  let services: LambdaServices

  struct Input: Sendable {
    let target: LayerTarget
    let details: LayerDetails
    let zip: [UInt8]?
    let origin: LinkOrigin
  }

  static func decode(_ members: inout MemberReader) throws(Fault) -> Input {
    let target = members.layerTarget()
    let details = try LayerDetails(&members)
    let content = try members.structure("Content")
    if content == nil { members.note(nil, at: "Content", "Member must not be null") }
    let zip = try content?.blob("ZipFile")
    if var content {
      content.refuse(CodeMembers.otherSources)
      members.absorb(content)
    }
    return Input(target: target, details: details, zip: zip, origin: members.linkOrigin)
  }

  static func access(_ input: Input, at place: AccountRegion) -> [AccessRequest] {
    [AccessRequest(action, on: input.target.arn(at: place))]
  }

  func run(_ call: Authorized<Input>) async throws -> OperationOutput {
    let input = call.value
    try input.target.checkIsIn(call.place, Self.action, call.principal)
    guard let zip = input.zip, !zip.isEmpty else {
      throw LambdaErrors.invalidParameter("Please provide a source for layer content.")
    }
    try await services.codeStorage.checkRoom(for: zip.count, at: call.place)
    let package = try await CodeMembers.check(zip, services, at: call.place)
    guard !package.hasExtensions else {
      throw LambdaErrors.invalidParameter("not supported by this version of Redoubt: a layer with extensions/")
    }
    try await services.library.store(zip, account: call.place.account)
    let content = LayerContent(digest: package.digest, size: zip.count, unpackedSize: package.unpackedSize)
    let version = try await services.layers.publish(
      input.target.reference.name, at: call.place, details: input.details, content: content)
    return OperationOutput(services.members(version, input.origin, call))
  }
}
