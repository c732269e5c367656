import Core
import JSON
import Wire

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

/// What a request says of paging, by `Marker` and `MaxItems`. A key tells where an element stands in its list.
struct Paging<Key: Comparable & LosslessStringConvertible & Sendable>: Sendable {
  private let marker: String?
  private let limit: Int

  /// Elements on one page, whatever the caller asks for (Lambda, "ListFunctions").
  private static var longest: Int { 50 }

  /// - Parameter most: what `MaxItems` may be, in AWS's model.
  init(_ members: inout MemberReader, most: Int = 10_000) throws(Fault) {
    let maximum = members.query("MaxItems")
    let limit = maximum.flatMap(Int.init)
    if let maximum, limit == nil { throw .serialization("`MaxItems` is not an integer: `\(maximum)`") }
    members.check(limit, at: "MaxItems", in: 1...most)
    self.limit = min(limit ?? Self.longest, Self.longest)
    marker = members.query("Marker")
  }

  /// - Parameter all: in order of their keys; those up to `last` may be left out already.
  /// - Throws: for a marker that was never given out.
  func page<Element>(of all: [Element], by key: (Element) -> Key) throws(Fault) -> Page<Element> {
    let last = try last()
    let rest = all.drop { element in last.map { key(element) <= $0 } ?? false }
    let elements = Array(rest.prefix(limit))
    guard rest.count > elements.count, let end = elements.last else { return Page(elements: elements, next: nil) }
    return Page(elements: elements, next: Data(key(end).description.utf8).base64EncodedString())
  }

  /// The key of the last element of the page before.
  ///
  /// - Throws: for a marker that was never given out.
  func last() throws(Fault) -> Key? {
    guard let marker else { return nil }
    let text = Data(base64Encoded: marker).map { String(decoding: $0, as: UTF8.self) }
    guard let key = text.flatMap(Key.init) else { throw LambdaErrors.invalidParameter("Invalid marker: \(marker)") }
    return key
  }
}

/// A part of a list.
struct Page<Element> {
  let elements: [Element]
  /// The marker of the next page; nil on the last one.
  let next: String?

  /// The output of an operation that lists.
  ///
  /// - Parameter list: the elements, rendered.
  func members(_ name: String, _ list: JSONValue) -> JSONValue {
    var members = [name: list]
    if let next { members["NextMarker"] = .string(next) }
    return .object(members)
  }
}
