import Authorization
import Core
import Functions
import Wire

/// Lists the versions of a layer, newest first, a page at a time.
struct ListLayerVersions: ControlOperation, LambdaOperation {
  static let name = "ListLayerVersions"
  static let route = Route("GET", "/2018-10-31/layers/{LayerName}/versions")
  private static let action = "lambda:ListLayerVersions"

  let services: LambdaServices

  struct Input: Sendable {
    let target: LayerTarget
    let listing: LayerListing
  }

  static func decode(_ members: inout MemberReader) throws(Fault) -> Input {
    Input(target: members.layerTarget(), listing: try members.layerListing())
  }

  static func access(_ input: Input, at place: AccountRegion) -> [AccessRequest] {
    [AccessRequest(action, on: "*")]
  }

  func run(_ call: Authorized<Input>) async throws -> OperationOutput {
    let (target, listing) = (call.value.target, call.value.listing)
    try target.checkIsIn(call.place, Self.action, call.principal)
    let last = try listing.position { text in Int(text).flatMap { $0 > 0 ? $0 : nil } }
    let versions = try await services.layers.versions(
      of: target.reference.name, at: call.place, below: last ?? .max)
    return listing.page(
      of: versions.filter(listing.includes), as: "LayerVersions", position: { String($0.reference.number) },
      item: { LayerMembers(version: $0).item })
  }
}
