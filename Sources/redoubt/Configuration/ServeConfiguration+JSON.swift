#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

/// How the supervisor hands the configuration to the server.
extension ServeConfiguration {
  var json: [UInt8] {
    get throws {
      let encoder = JSONEncoder()
      encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
      return Array(try encoder.encode(self))
    }
  }

  init(json: [UInt8]) throws {
    self = try JSONDecoder().decode(ServeConfiguration.self, from: Data(json))
  }
}
