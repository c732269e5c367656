/// To which trace a request belongs: the value of `X-Amzn-Trace-Id` (AWS X-Ray, "Tracing header").
package struct TraceHeader: Hashable, Sendable, CustomStringConvertible {
  /// Bytes; a longer header is not taken.
  private static let longest = 256

  /// `1-`, eight digits of the time in seconds, `-`, 24 digits.
  package let root: String
  /// The segment that the request is a part of: 16 digits.
  package private(set) var parent: String?
  package let isSampled: Bool
  /// Whatever else the caller has given, as `Name=value`.
  private let others: [String]
  /// In the order in which AWS writes it.
  package private(set) var description: String

  /// A trace of its own, of which nobody keeps a record.
  package init(at time: WallTime, from random: some RandomSource) {
    let seconds = UInt32(truncatingIfNeeded: time.seconds)
    let bytes = random.bytes(20)
    // Bytes at first: each invocation without a trace begins one, and strings would be put together piece by piece.
    var text = Array("Root=1-".utf8)
    text.reserveCapacity(74)
    Hexadecimal.append((0..<4).map { UInt8(truncatingIfNeeded: seconds >> (24 - 8 * $0)) }, to: &text)
    text.append(UInt8(ascii: "-"))
    Hexadecimal.append(bytes[..<12], to: &text)
    root = String(decoding: text[5...], as: UTF8.self)
    text += ";Parent=".utf8
    Hexadecimal.append(bytes[12...], to: &text)
    parent = String(decoding: text.suffix(16), as: UTF8.self)
    text += ";Sampled=0".utf8
    isSampled = false
    others = []
    description = String(decoding: text, as: UTF8.self)
  }

  /// - Returns: nil for a header that is not of the documented form, one without a root included.
  package init?(_ text: String) {
    guard text.utf8.count <= Self.longest else { return nil }
    var known: [String: String] = [:]
    var others: [String] = []
    for part in text.fields(separatedBy: ";") {
      guard let field = Field(part) else { return nil }
      guard ["root", "parent", "sampled"].contains(field.key) else {
        others.append("\(field.name)=\(field.value)")
        continue
      }
      guard known.updateValue(field.value, forKey: field.key) == nil else { return nil }
    }
    guard let root = known["root"], Self.isRoot(root) else { return nil }
    if let parent = known["parent"], !Self.isHexadecimal(parent, count: 16) { return nil }
    // With `?` a caller leaves the choice to this side, where nothing is recorded.
    guard ["0", "1", "?"].contains(known["sampled"] ?? "?") else { return nil }
    self.root = root
    parent = known["parent"]
    isSampled = known["sampled"] == "1"
    self.others = others
    description = Self.text(root, parent, isSampled, others)
  }

  /// The same with a parent: X-Ray's libraries go without a trace where there is none.
  package func completed(from random: some RandomSource) -> TraceHeader {
    var header = self
    guard parent == nil else { return header }
    header.parent = Hexadecimal.encode(random.bytes(8))
    header.description = Self.text(root, header.parent, isSampled, others)
    return header
  }

  private static func text(_ root: String, _ parent: String?, _ isSampled: Bool, _ others: [String]) -> String {
    var text = "Root="
    text.reserveCapacity(96)
    text += root
    if let parent {
      text += ";Parent="
      text += parent
    }
    text += isSampled ? ";Sampled=1" : ";Sampled=0"
    for other in others { text += ";\(other)" }
    return text
  }

  private static func isRoot(_ text: String) -> Bool {
    let parts = text.fields(separatedBy: "-")
    return parts.count == 3 && parts[0] == "1" && isHexadecimal(parts[1], count: 8)
      && isHexadecimal(parts[2], count: 24)
  }

  private static func isHexadecimal(_ text: some StringProtocol, count: Int) -> Bool {
    text.utf8.count == count && text.utf8.allSatisfy { (0x30...0x39).contains($0) || (0x61...0x66).contains($0 | 0x20) }
  }
}

/// `Name=value`, visible ASCII; blanks around it do not count.
private struct Field {
  let name: Substring
  let value: String
  /// The name in lower case.
  var key: String { name.lowercased() }

  init?(_ part: Substring) {
    let trimmed = part.drop { $0 == " " }
    let parts = trimmed.fields(separatedBy: "=")
    guard parts.count == 2, !parts[0].isEmpty, trimmed.utf8.allSatisfy({ (0x21...0x7E).contains($0) }) else {
      return nil
    }
    (name, value) = (parts[0], String(parts[1]))
  }
}
