/// Checks that bytes are one JSON value (RFC 8259) without building it: linear, without recursion.
package struct JSONText {
  /// Deeper nesting is refused.
  package static let maximumDepth = 512

  private var bytes: UnsafeBufferPointer<UInt8>
  private var position = 0

  /// Whether `bytes` is exactly one JSON value in UTF-8, white space around it allowed.
  package static func isValid(_ bytes: [UInt8]) -> Bool {
    guard String(validating: bytes, as: UTF8.self) != nil else { return false }
    return bytes.withUnsafeBufferPointer { buffer in
      var text = JSONText(bytes: buffer)
      return text.isOneValue()
    }
  }

  private init(bytes: UnsafeBufferPointer<UInt8>) { self.bytes = bytes }

  private var current: UInt8? { position < bytes.count ? bytes[position] : nil }

  private mutating func isOneValue() -> Bool {
    // True for an object, false for an array.
    var containers: [Bool] = []
    while true {
      skipSpace()
      guard beginValue(&containers) else { return false }
      guard let isDone = closeContainers(&containers) else { return false }
      if isDone { return position == bytes.count }
    }
  }

  /// Reads a scalar whole, or goes into containers until there is a scalar or an empty container.
  private mutating func beginValue(_ containers: inout [Bool]) -> Bool {
    while let byte = current {
      guard byte == UInt8(ascii: "{") || byte == UInt8(ascii: "[") else { return scalar(byte) }
      guard containers.count < Self.maximumDepth else { return false }
      let isObject = byte == UInt8(ascii: "{")
      position += 1
      skipSpace()
      if current == (isObject ? UInt8(ascii: "}") : UInt8(ascii: "]")) {
        position += 1
        return true
      }
      containers.append(isObject)
      if isObject, !name() { return false }
    }
    return false
  }

  /// After a value: closes what ends here and goes on to the next value.
  ///
  /// - Returns: true when the outermost value has ended, nil when the text is wrong.
  private mutating func closeContainers(_ containers: inout [Bool]) -> Bool? {
    while true {
      skipSpace()
      guard let isObject = containers.last else { return true }
      switch current {
      case UInt8(ascii: ","):
        position += 1
        skipSpace()
        return isObject && !name() ? nil : false
      case isObject ? UInt8(ascii: "}") : UInt8(ascii: "]"):
        position += 1
        containers.removeLast()
      default: return nil
      }
    }
  }

  /// A member's name with its colon.
  private mutating func name() -> Bool {
    guard current == UInt8(ascii: "\""), string() else { return false }
    skipSpace()
    guard current == UInt8(ascii: ":") else { return false }
    position += 1
    skipSpace()
    return true
  }

  private mutating func scalar(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "\""): string()
    case UInt8(ascii: "t"): literal("true")
    case UInt8(ascii: "f"): literal("false")
    case UInt8(ascii: "n"): literal("null")
    default: number()
    }
  }

  private mutating func literal(_ text: StaticString) -> Bool {
    guard position + text.utf8CodeUnitCount <= bytes.count else { return false }
    for offset in 0..<text.utf8CodeUnitCount where bytes[position + offset] != text.utf8Start[offset] { return false }
    position += text.utf8CodeUnitCount
    return true
  }

  private mutating func string() -> Bool {
    position += 1
    while let byte = current {
      position += 1
      switch byte {
      case UInt8(ascii: "\""): return true
      case UInt8(ascii: "\\"): if !escape() { return false }
      case 0..<0x20: return false
      default: break
      }
    }
    return false
  }

  private mutating func escape() -> Bool {
    guard let byte = current else { return false }
    position += 1
    guard byte == UInt8(ascii: "u") else { return "\"\\/bfnrt".utf8.contains(byte) }
    for _ in 0..<4 {
      guard let digit = current, Self.isHexadecimal(digit) else { return false }
      position += 1
    }
    return true
  }

  private mutating func number() -> Bool {
    if current == UInt8(ascii: "-") { position += 1 }
    if current == UInt8(ascii: "0") { position += 1 } else if !digits() { return false }
    if current == UInt8(ascii: ".") {
      position += 1
      if !digits() { return false }
    }
    guard current == UInt8(ascii: "e") || current == UInt8(ascii: "E") else { return true }
    position += 1
    if current == UInt8(ascii: "+") || current == UInt8(ascii: "-") { position += 1 }
    return digits()
  }

  private mutating func digits() -> Bool {
    let start = position
    while let byte = current, (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) { position += 1 }
    return position > start
  }

  private mutating func skipSpace() {
    while let byte = current, byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 { position += 1 }
  }

  private static func isHexadecimal(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "a")...UInt8(ascii: "f"),
      UInt8(ascii: "A")...UInt8(ascii: "F"):
      true
    default: false
    }
  }
}
