/// To which trace a request belongs: the value of `X-Amzn-Trace-Id` (AWS X-Ray, "Tracing header").
package struct TraceHeader: Hashable, Sendable, CustomStringConvertible {
  /// Bytes; a longer header is not taken.
  private static let longest = 256

  /// In the order in which AWS writes it.
  package let description: String
  /// nil for a header that has a parent.
  private let incomplete: Parts?

  /// What a header is made of beside its parent.
  private struct Parts: Hashable {
    /// `1-`, eight digits of the time in seconds, `-`, 24 digits.
    let root: String
    let isSampled: Bool
    /// Whatever else the caller has given, as `Name=value`.
    let others: [String]
  }

  private init(_ parts: Parts, parent: String?) {
    incomplete = parent == nil ? parts : nil
    description = Self.text(parts, parent)
  }

  /// A trace of its own, of which nobody keeps a record.
  package init(at time: WallTime, from random: some RandomSource) {
    incomplete = nil
    description = Self.text(UInt32(truncatingIfNeeded: time.seconds), random.bytes(20))
  }

  /// All at once: each invocation without a trace begins one, and strings would be put together piece by piece.
  private static func text(_ seconds: UInt32, _ random: [UInt8]) -> String {
    String(unsafeUninitializedCapacity: 74) { buffer in
      var place = write("Root=1-", to: buffer, at: 0)
      for shift: UInt32 in [24, 16, 8, 0] {
        place = Hexadecimal.write(UInt8(truncatingIfNeeded: seconds >> shift), to: buffer, at: place)
      }
      place = write("-", to: buffer, at: place)
      for byte in random[..<12] { place = Hexadecimal.write(byte, to: buffer, at: place) }
      place = write(";Parent=", to: buffer, at: place)
      for byte in random[12...] { place = Hexadecimal.write(byte, to: buffer, at: place) }
      return write(";Sampled=0", to: buffer, at: place)
    }
  }

  /// - Returns: the place after it.
  private static func write(
    _ text: StaticString, to buffer: UnsafeMutableBufferPointer<UInt8>, at place: Int
  ) -> Int {
    text.withUTF8Buffer { text in
      for index in text.indices { buffer[place + index] = text[index] }
      return place + text.count
    }
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
    self.init(Parts(root: root, isSampled: known["sampled"] == "1", others: others), parent: known["parent"])
  }

  /// The same with a parent: X-Ray's libraries go without a trace where there is none.
  package func completed(from random: some RandomSource) -> TraceHeader {
    guard let incomplete else { return self }
    return TraceHeader(incomplete, parent: Hexadecimal.encode(random.bytes(8)))
  }

  private static func text(_ parts: Parts, _ parent: String?) -> String {
    var text = "Root="
    text.reserveCapacity(96)
    text += parts.root
    if let parent {
      text += ";Parent="
      text += parent
    }
    text += parts.isSampled ? ";Sampled=1" : ";Sampled=0"
    for other in parts.others { text += ";\(other)" }
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
