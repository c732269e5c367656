import Core
import Functions
import Wire

/// The version of a layer that a path names, by the layer's name or ARN.
struct NamedLayerVersion: Hashable, Sendable {
  let layer: LayerReference
  /// 0 where the path has no number, as no version has.
  let number: Int

  func reference(at place: AccountRegion) -> LayerVersionReference {
    LayerVersionReference(place: layer.place ?? place, name: layer.name, number: number)
  }
}

extension MemberReader {
  mutating func namedLayerVersion() -> NamedLayerVersion {
    let layer = LayerReference(path("LayerName")) ?? .none
    return NamedLayerVersion(layer: layer, number: Int(path("VersionNumber")) ?? 0)
  }
}
