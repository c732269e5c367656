import Core
import Functions
import Identity
import Wire

/// The layer that a request names in its path.
struct LayerTarget: Hashable, Sendable {
  let reference: LayerReference

  /// Where the layer is: by its ARN, or else where the request is addressed.
  func place(_ place: AccountRegion) -> AccountRegion { reference.place ?? place }

  func arn(at place: AccountRegion) -> String {
    LayerVersionReference.layerARN(reference.name, at: self.place(place)).description
  }

  /// - Throws: when the layer is another account's or region's.
  func checkIsIn(_ place: AccountRegion, _ action: String, _ principal: Principal) throws(Fault) {
    guard self.place(place) == place else { throw LambdaErrors.foreign(action, on: arn(at: place), principal) }
  }
}

/// A version of a layer that a request names, in its path or by its ARN.
struct LayerVersionTarget: Hashable, Sendable {
  let layer: LayerTarget
  let number: Int

  func reference(at place: AccountRegion) -> LayerVersionReference {
    LayerVersionReference(place: layer.place(place), name: layer.reference.name, number: number)
  }

  /// - Throws: as `LayerVersionReference.checkIsOwn`.
  func own(at place: AccountRegion, _ action: String, _ principal: Principal) throws(Fault) -> LayerVersionReference {
    let reference = reference(at: place)
    try reference.checkIsOwn(at: place, action, principal)
    return reference
  }
}

extension LayerVersionReference {
  /// - Throws: when the layer is another account's or region's, and for a number that no version has.
  func checkIsOwn(at place: AccountRegion, _ action: String, _ principal: Principal) throws(Fault) {
    guard self.place == place else { throw LambdaErrors.foreign(action, on: arn.description, principal) }
    guard number >= 1 else { throw LambdaErrors.invalidParameter("Layer Version Cannot be less than 1.") }
  }
}

extension MemberReader {
  /// Reads `LayerName` from the path.
  mutating func layerTarget() -> LayerTarget {
    let text = path("LayerName")
    let reference = LayerReference(text)
    check(text, at: "LayerName", lengths: 1...140)
    if text.unicodeScalars.count <= 140 {
      check(text, at: "LayerName", pattern: LayerReference.pattern) { _ in reference != nil }
    }
    return LayerTarget(reference: reference ?? .none)
  }

  /// Reads `LayerName` and `VersionNumber` from the path.
  mutating func layerVersionTarget() throws(Fault) -> LayerVersionTarget {
    let layer = layerTarget()
    let text = path("VersionNumber")
    guard let number = Int(text) ?? (isDescribing ? 0 : nil) else {
      throw .serialization("`VersionNumber` is not a long: `\(text)`")
    }
    return LayerVersionTarget(layer: layer, number: number)
  }
}
