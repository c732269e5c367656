import Authorization
import Core
import Functions
import Wire

/// Lists layers in order of their names, each with its newest version that fits the filters, a page at a time.
struct ListLayers: ControlOperation, LambdaOperation {
  static let name = "ListLayers"
  static let route = Route("GET", "/2018-10-31/layers")

  let services: LambdaServices

  static func decode(_ members: inout MemberReader) throws(Fault) -> LayerListing { try members.layerListing() }

  static func access(_ input: LayerListing, at place: AccountRegion) -> [AccessRequest] {
    [AccessRequest("lambda:ListLayers", on: "*")]
  }

  func run(_ call: Authorized<LayerListing>) async throws -> OperationOutput {
    let listing = call.value
    let last = try listing.position { LayerName($0) }
    let versions = try await services.layers.allVersions(after: last?.description ?? "", at: call.place)
    return listing.page(
      of: Self.newest(versions.filter(listing.includes)), as: "Layers", position: { $0.reference.name.description },
      item: { LayerMembers(version: $0).layerItem })
  }

  /// The first version of each layer.
  private static func newest(_ versions: [LayerVersion]) -> [LayerVersion] {
    var newest: [LayerVersion] = []
    for version in versions where version.reference.name != newest.last?.reference.name { newest.append(version) }
    return newest
  }
}
