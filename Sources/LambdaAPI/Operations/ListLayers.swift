import Authorization
import Core
import Functions
import JSON
import Wire

/// Lists layers in order of their names, each with its newest version that fits the filters, a page at a time.
struct ListLayers: ControlOperation, LambdaOperation {
  static let name = "ListLayers"
  static let route = Route("GET", "/2018-10-31/layers")

  let services: LambdaServices

  typealias Input = LayerListing<LayerKey>

  static func decode(_ members: inout MemberReader) throws(Fault) -> Input { try LayerListing(&members) }

  static func access(_ input: Input, at place: AccountRegion) -> [AccessRequest] {
    [AccessRequest("lambda:ListLayers", on: "*")]
  }

  func run(_ call: Authorized<Input>) async throws -> OperationOutput {
    let listing = call.value
    let last = try listing.paging.last()
    let versions = try await services.layers.allVersions(after: last?.description ?? "", at: call.place)
    let page = try listing.paging.page(of: Self.newest(versions.filter(listing.includes)), by: LayerKey.init)
    return OperationOutput(page.members("Layers", .array(page.elements.map { LayerMembers(version: $0).layerItem })))
  }

  /// The first version of each layer.
  private static func newest(_ versions: [LayerVersion]) -> [LayerVersion] {
    var newest: [LayerVersion] = []
    for version in versions where version.reference.name != newest.last?.reference.name { newest.append(version) }
    return newest
  }
}

/// The place of a layer in the list of all.
struct LayerKey: Comparable, LosslessStringConvertible, Sendable {
  let description: String

  init(_ version: LayerVersion) { description = version.reference.name.description }

  init?(_ text: String) {
    guard let name = LayerName(text) else { return nil }
    description = name.description
  }

  static func < (left: LayerKey, right: LayerKey) -> Bool { left.description < right.description }
}
