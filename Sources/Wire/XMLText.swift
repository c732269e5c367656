package import JSON

/// Writes XML 1.0 text from members: objects become elements in order of their names, lists become `member` elements.
/// Maps are lists of entries: see `map`.
package enum XMLText {
  package static func element(_ name: String, _ value: JSONValue, namespace: String? = nil) -> [UInt8] {
    let attribute = namespace.map { " xmlns=\"\(escaped($0))\"" } ?? ""
    let text = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<\(name)\(attribute)>\(content(value))</\(name)>"
    return Array(text.utf8)
  }

  /// A map as awsQuery writes it: an `entry` with `key` and `value` for each.
  package static func map(_ values: [String: JSONValue]) -> JSONValue {
    let entries = values.sorted { $0.key < $1.key }.map {
      JSONValue.object(["key": .string($0.key), "value": $0.value])
    }
    return .object([entry: .array(entries)])
  }

  private static let entry = "entry"

  private static func content(_ value: JSONValue) -> String {
    switch value {
    case .null: ""
    case .bool(let flag): flag ? "true" : "false"
    case .integer(let number): String(number)
    case .number(let number): String(number)
    case .string(let text): escaped(text)
    case .array(let elements): elements.map { "<member>\(content($0))</member>" }.joined()
    case .object(let members):
      members.sorted { $0.key < $1.key }.map { member($0.key, $0.value) }.joined()
    }
  }

  private static func member(_ name: String, _ value: JSONValue) -> String {
    guard name == entry, case .array(let entries) = value else { return "<\(name)>\(content(value))</\(name)>" }
    return entries.map { "<\(entry)>\(content($0))</\(entry)>" }.joined()
  }

  /// Characters that XML 1.0 cannot carry are replaced by U+FFFD; markup is escaped.
  private static func escaped(_ text: String) -> String {
    var result = ""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "&": result += "&amp;"
      case "<": result += "&lt;"
      case ">": result += "&gt;"
      case "\"": result += "&quot;"
      case "\r": result += "&#xD;"
      case "\n", "\t": result.unicodeScalars.append(scalar)
      case _ where scalar.value < 0x20 || scalar.value == 0xFFFE || scalar.value == 0xFFFF: result += "\u{FFFD}"
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result
  }
}
