package import Core

/// A layer version as a function has it: with all that its environments need, should the version be deleted.
package struct FunctionLayer: Hashable, Sendable, Codable {
  /// The ARN of the version.
  package let arn: String
  package let content: LayerContent

  package init(_ version: LayerVersion) {
    arn = version.reference.arn.description
    content = version.content
  }
}

extension FunctionVersion {
  /// The package of the code.
  package var codeArtifact: ArtifactID { ArtifactID(account: place.account, digest: code.digest) }

  /// The packages of the layers in their order. Of those with equal content only the last: what lies below it under the
  /// same names never shows, and no file system merges a directory with itself.
  package var layerArtifacts: [ArtifactID] {
    let digests = configuration.layers.map(\.content.digest)
    let last = digests.enumerated().filter { index, digest in !digests[(index + 1)...].contains(digest) }
    return last.map { ArtifactID(account: place.account, digest: $0.element) }
  }
}
