import Functions
import Wire

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

/// Which page of a list of layers or of their versions is asked for, and what is to be on it.
struct LayerListing: Sendable {
  /// Items on one page (Lambda, "ListLayers").
  static let longestPage = 50

  let runtime: String?
  let architecture: String?
  let marker: String?
  let limit: Int

  func includes(_ version: LayerVersion) -> Bool {
    version.details.isCompatible(runtime: runtime, architecture: architecture)
  }

  /// What the page before ended with, if it was one of this list.
  func position<Position>(_ parse: (String) -> Position?) throws(Fault) -> Position? {
    guard let marker else { return nil }
    let decoded = Data(base64Encoded: marker).map { String(decoding: $0, as: UTF8.self) }
    guard let position = decoded.flatMap(parse) else {
      throw LambdaErrors.invalidParameter("Invalid marker: \(marker)")
    }
    return position
  }

  /// The output of one page.
  ///
  /// - Parameters:
  ///   - all: everything that is left, at least to one item beyond the page.
  ///   - position: what a marker says of the last item of a page.
  func page(
    of all: [LayerVersion], as name: String, position: (LayerVersion) -> String, item: (LayerVersion) -> JSONValue
  ) -> OperationOutput {
    let page = all.prefix(limit)
    var members: [String: JSONValue] = [name: .array(page.map(item))]
    if all.count > page.count, let last = page.last {
      members["NextMarker"] = .string(Data(position(last).utf8).base64EncodedString())
    }
    return OperationOutput(.object(members))
  }
}
