import Core
import JSON

/// The members of an awsQuery request as a tree: `Tags.member.1.Key=a` is an object in a list.
/// https://smithy.io/2.0/aws/protocols/aws-query-protocol.html
package struct FormBody: Sendable {
  /// Names and values in order, decoded.
  let parameters: [(name: String, value: String)]

  /// Members in members; a deeper name is refused.
  private static let maximumDepth = 16

  /// - Returns: nil when a name or a value is not valid percent-encoding.
  package init?(_ body: [UInt8], query: String) {
    guard let text = String(validating: body, as: UTF8.self) else { return nil }
    // In forms a plus sign is a blank; in the query of a presigned request it stands for itself.
    let plain =
      text.utf8.contains(UInt8(ascii: "+"))
      ? text.split(separator: "+", omittingEmptySubsequences: false).joined(separator: "%20") : text
    guard let form = QueryParameters(plain), let target = QueryParameters(query) else { return nil }
    parameters = form.items + target.items
  }

  /// The first value of that name.
  package subscript(_ name: String) -> String? { parameters.first { $0.name == name }?.value }

  /// - Throws: `MalformedQueryString` when two parameters cannot both be.
  func members() throws(Fault) -> [String: JSONValue] {
    var root = Node()
    for (name, value) in parameters {
      let path = name.parts(separatedBy: ".")
      guard path.count <= Self.maximumDepth, root.insert(value, at: path[...]) else {
        throw Fault(code: "MalformedQueryString", status: 400, message: "`\(name)` does not fit the other parameters")
      }
    }
    guard case .object(let members) = root.value else { return [:] }
    return members
  }

  /// A value, or members by name.
  private struct Node {
    private var text: String?
    private var children: [String: Node] = [:]

    /// - Returns: false when there is a value where members are, or twice.
    mutating func insert(_ value: String, at path: ArraySlice<String>) -> Bool {
      guard let name = path.first else {
        guard text == nil, children.isEmpty else { return false }
        text = value
        return true
      }
      guard text == nil else { return false }
      return children[name, default: Node()].insert(value, at: path.dropFirst())
    }

    var value: JSONValue {
      if let text { return .string(text) }
      if children.count == 1, let elements = children["member"]?.elements { return .array(elements) }
      return .object(children.mapValues(\.value))
    }

    /// The values of members that are called 1, 2 and so on, in order; nil when one is not.
    private var elements: [JSONValue]? {
      // An empty list is sent as `Names.member=` or `Names=`.
      if text == "" { return [] }
      guard text == nil else { return nil }
      var numbered: [(Int, JSONValue)] = []
      for (name, node) in children {
        guard let number = Int(name), number > 0 else { return nil }
        numbered.append((number, node.value))
      }
      return numbered.sorted { $0.0 < $1.0 }.map(\.1)
    }
  }
}
