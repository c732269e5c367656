package import Core

/// What a publisher says of a layer version besides its content.
package struct LayerDetails: Hashable, Sendable, Codable {
  package let description: String
  /// AWS's identifiers; empty when the publisher names none.
  package let runtimes: [String]
  package let architectures: [String]
  package let license: String?

  package init(description: String, runtimes: [String], architectures: [String], license: String?) {
    self.description = description
    self.runtimes = runtimes
    self.architectures = architectures
    self.license = license
  }

  /// Whether the publisher names both; nil asks for nothing.
  package func isCompatible(runtime: String?, architecture: String?) -> Bool {
    runtime.map(runtimes.contains) ?? true && architecture.map(architectures.contains) ?? true
  }
}

/// The package of a layer version.
package struct LayerContent: Hashable, Sendable, Codable {
  package let digest: Digest
  /// Bytes of the zip.
  package let size: Int
  /// Bytes of its files together, as they came out.
  package let unpackedSize: Int

  package init(digest: Digest, size: Int, unpackedSize: Int) {
    self.digest = digest
    self.size = size
    self.unpackedSize = unpackedSize
  }
}

/// One version of a layer. Never changes.
package struct LayerVersion: Hashable, Sendable {
  package let reference: LayerVersionReference
  package let details: LayerDetails
  package let content: LayerContent
  package let created: WallTime
}

/// Why a request about layers was not carried out.
package enum LayerError: Error, Hashable, Sendable {
  /// No such layer version.
  case notFound
  /// A stored record cannot be read; for the server's own log.
  case unreadableRecord(String)
}
