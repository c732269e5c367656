import JSON

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

/// A page of a list: what it goes on after and how long it may be.
struct ListPage: Sendable {
  let limit: Int
  /// The last key of the page before; empty for the first.
  let after: String

  /// What is read to know whether there is more.
  var readLimit: Int { limit + 1 }

  static func mark(in marker: String?) -> String? {
    guard let marker, let data = Data(base64Encoded: marker) else { return nil }
    return String(validating: data, as: UTF8.self)
  }

  /// The members of an answer.
  ///
  /// - Parameters:
  ///   - items: up to `readLimit` of them.
  ///   - key: what the next page goes on after.
  func members<Item>(
    _ name: String, _ items: [Item], key: (Item) -> String, as value: (Item) -> JSONValue
  ) -> [String: JSONValue] {
    let page = items.prefix(limit)
    var members: [String: JSONValue] = [
      name: .array(page.map(value)), "IsTruncated": .bool(items.count > limit),
    ]
    if items.count > limit, let last = page.last {
      members["Marker"] = .string(Data(key(last).utf8).base64EncodedString())
    }
    return members
  }
}
