import Wire

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

/// Where a list goes on: text that callers hand back without reading it.
enum ListToken {
  static func text(_ content: some CustomStringConvertible) -> String {
    Data(content.description.utf8).base64EncodedString()
  }

  /// - Throws: for what `text` does not make.
  static func content<Content>(_ text: String?, as parse: (String) -> Content?) throws(Fault) -> Content? {
    guard let text else { return nil }
    guard let data = Data(base64Encoded: text), let content = parse(String(decoding: data, as: UTF8.self)) else {
      throw LogsErrors.invalidParameter("The specified nextToken is invalid.")
    }
    return content
  }
}
