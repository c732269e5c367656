import Core
import Functions
import Wire

/// The version of a layer that a path names, in the place that the request addresses.
struct NamedLayerVersion: Hashable, Sendable {
  let name: LayerName
  /// 0 where the path has no number, as no version has.
  let number: Int

  func reference(at place: AccountRegion) -> LayerVersionReference {
    LayerVersionReference(place: place, name: name, number: number)
  }
}

extension MemberReader {
  mutating func namedLayerVersion() -> NamedLayerVersion {
    let name = LayerName(path("LayerName")) ?? .none
    return NamedLayerVersion(name: name, number: Int(path("VersionNumber")) ?? 0)
  }
}
