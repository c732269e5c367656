import Core
import Functions
import Identity
import Sandbox
import SupplyChain
import Wire

/// The layers that a request gives a function, in order.
struct LayerSelection: Sendable {
  let references: [LayerVersionReference]

  /// Layers of one function (Lambda, "Lambda quotas").
  private static let most = 5

  /// - Returns: nil when the request does not speak of layers.
  init?(_ members: inout MemberReader) throws(Fault) {
    guard let texts = try members.strings("Layers") else { return nil }
    references = texts.compactMap(LayerVersionReference.init)
    guard references.count < texts.count else { return }
    members.note(
      "[\(texts.joined(separator: ", "))]", at: "Layers",
      "Member must satisfy constraint: [Member must satisfy regular expression pattern: "
        + "\(LayerVersionReference.pattern)]")
  }

  /// What the caller must be allowed to use.
  var access: [AccessRequest] {
    references.map { AccessRequest(GetLayerVersion.action, on: $0.arn.description) }
  }

  /// Finds the versions. What is another account's is kept for the function's own, too: its environments have nothing of
  /// another account, and the other may take the layer away.
  func resolve(
    _ services: LambdaServices, at place: AccountRegion
  ) async throws -> [FunctionLayer] {
    try checkForm()
    var layers: [FunctionLayer] = []
    for reference in references {
      try Self.checkRegion(reference, at: place)
      let version = try await Self.version(reference, services)
      if reference.place.account != place.account {
        let package = ArtifactID(account: reference.place.account, digest: version.content.digest)
        try await services.library.share(package, with: place.account)
      }
      layers.append(FunctionLayer(version))
    }
    return layers
  }

  /// Whether code and layers stay within what Lambda allows them together, counted as they came out.
  static func checkSize(of layers: [FunctionLayer], withCodeOf bytes: Int) throws(Fault) {
    let most = UnpackLimits.standard.bytes
    let layerBytes = layers.reduce(0) { $0 + $1.content.unpackedSize }
    guard layerBytes <= most else {
      throw LambdaErrors.invalidParameter("Layers consume more than the available size of \(most) bytes")
    }
    guard layerBytes + bytes <= most else {
      throw LambdaErrors.invalidParameter(
        "Function code combined with layers exceeds the maximum allowed size of \(most) bytes. "
          + "The actual size is \(layerBytes + bytes) bytes.")
    }
  }

  private func checkForm() throws(Fault) {
    guard references.count <= Self.most else {
      throw LambdaErrors.invalidParameter("Cannot reference more than \(Self.most) layers.")
    }
    for (index, reference) in references.enumerated() {
      guard let other = references[..<index].first(where: { $0.layerARN == reference.layerARN }) else { continue }
      throw LambdaErrors.invalidParameter(
        "Two different versions of the same layer are not allowed to be referenced in the same function. "
          + "\(other.arn) and \(reference.arn) are versions of the same layer.")
    }
  }

  private static func checkRegion(_ reference: LayerVersionReference, at place: AccountRegion) throws(Fault) {
    guard reference.place.region == place.region else {
      throw LambdaErrors.invalidParameter(
        "Layers are not in the same region as the function. Layers are expected to be in region \(place.region).")
    }
  }

  private static func version(
    _ reference: LayerVersionReference, _ services: LambdaServices
  ) async throws -> LayerVersion {
    do {
      return try await services.layers.version(reference)
    } catch LayerError.notFound {
      throw LambdaErrors.invalidParameter("Layer version \(reference.arn) does not exist.")
    }
  }
}
