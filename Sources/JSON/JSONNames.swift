#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

/// Looks for objects that name a member twice, which RFC 8259 section 4 leaves to each reader to take in its own way.
package struct JSONNames {
  private var names: [Set<String>] = []
  /// What the last string said, until it is known whether a colon follows.
  private var last: Range<Int>?

  /// The first name that an object of `text` holds twice, or nil. Names are compared as they read, escapes resolved.
  ///
  /// - Precondition: `text` is valid by `JSONText.isValid`.
  package static func repeated(in text: [UInt8]) -> String? {
    var names = JSONNames()
    return names.walk(text)
  }

  private mutating func walk(_ text: [UInt8]) -> String? {
    var position = 0
    while position < text.count {
      switch text[position] {
      case UInt8(ascii: "{"): names.append([])
      case UInt8(ascii: "}"): names.removeLast()
      case UInt8(ascii: "\""):
        let end = Self.end(ofStringAt: position, in: text)
        last = position..<end
        position = end
        continue
      case UInt8(ascii: ":"):
        if let last, let name = take(Array(text[last])) { return name }
      default: break
      }
      position += 1
    }
    return nil
  }

  /// - Returns: the name that `quoted` stands for when the object has it already.
  private mutating func take(_ quoted: [UInt8]) -> String? {
    let plain = quoted.contains(UInt8(ascii: "\\")) ? JSONValue(parsing: quoted)?.string : nil
    let name = plain ?? String(decoding: quoted.dropFirst().dropLast(), as: UTF8.self)
    guard !names.isEmpty else { return nil }
    return names[names.count - 1].insert(name).inserted ? nil : name
  }

  /// The index behind the closing quotation mark.
  private static func end(ofStringAt start: Int, in text: [UInt8]) -> Int {
    var position = start + 1
    while position < text.count, text[position] != UInt8(ascii: "\"") {
      position += text[position] == UInt8(ascii: "\\") ? 2 : 1
    }
    return position + 1
  }
}
