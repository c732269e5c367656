import Authorization
import Core
import Functions
import JSON
import Wire

/// Lists the versions of a layer, newest first, a page at a time.
struct ListLayerVersions: ControlOperation, LambdaOperation {
  static let name = "ListLayerVersions"
  static let route = Route("GET", "/2018-10-31/layers/{LayerName}/versions")
  private static let action = "lambda:ListLayerVersions"

  let services: LambdaServices

  struct Input: Sendable {
    let target: LayerTarget
    let listing: LayerListing<LayerVersionKey>
  }

  static func decode(_ members: inout MemberReader) throws(Fault) -> Input {
    Input(target: members.layerTarget(), listing: try LayerListing(&members))
  }

  static func access(_ input: Input, at place: AccountRegion) -> [AccessRequest] {
    [AccessRequest(action, on: "*")]
  }

  func run(_ call: Authorized<Input>) async throws -> OperationOutput {
    let (target, listing) = (call.value.target, call.value.listing)
    try target.checkIsIn(call.place, Self.action, call.principal)
    let last = try listing.paging.last()
    let versions = try await services.layers.versions(
      of: target.reference.name, at: call.place, below: last?.number ?? .max)
    let page = try listing.paging.page(of: versions.filter(listing.includes), by: LayerVersionKey.init)
    return OperationOutput(page.members("LayerVersions", .array(page.elements.map { LayerMembers(version: $0).item })))
  }
}

/// The place of a version in the list of its layer's: newest first.
struct LayerVersionKey: Comparable, LosslessStringConvertible, Sendable {
  let number: Int

  init(_ version: LayerVersion) { number = version.reference.number }

  init?(_ text: String) {
    guard let number = Int(text), number > 0 else { return nil }
    self.number = number
  }

  var description: String { String(number) }

  static func < (left: LayerVersionKey, right: LayerVersionKey) -> Bool { left.number > right.number }
}
