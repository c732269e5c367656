import Core
import Wire

/// The strict percent-encoding of SigV4 and what it makes of paths and queries.
enum CanonicalText {
  /// The path with doubled slashes folded and every byte outside `A-Za-z0-9-_.~/` encoded: `%` too, so that a path that
  /// came encoded is encoded twice, as all services but S3 have it.
  ///
  /// - Returns: nil for a path with a `.` or `..` segment. Signing clients remove them before they send; a server that
  ///   removed them here would check another path than the one that it routes.
  static func path(_ path: String) -> [UInt8]? {
    if isCanonical(path) { return Array(path.utf8) }
    var result: [UInt8] = []
    result.reserveCapacity(path.utf8.count + 16)
    result.append(slash)
    for segment in path.utf8.split(separator: slash) {
      if segment.elementsEqual(".".utf8) || segment.elementsEqual("..".utf8) { return nil }
      if result.count > 1 { result.append(slash) }
      for byte in segment { PercentCoding.encode(byte, onto: &result) }
    }
    if path.utf8.last == slash, result.count > 1 { result.append(slash) }
    return result
  }

  /// Whether nothing of a path is to be folded, encoded or refused, as in most.
  private static func isCanonical(_ path: String) -> Bool {
    path.withBytes { path in
      var previous: UInt8 = 0
      for byte in path {
        guard PercentCoding.isUnreserved(byte) || byte == slash else { return false }
        // A doubled slash, or what may be a `.` or `..` segment.
        if previous == slash, byte == slash || byte == UInt8(ascii: ".") { return false }
        previous = byte
      }
      return path.first == slash
    }
  }

  /// The parameters decoded, encoded again in the one strict form and sorted by their bytes.
  ///
  /// - Parameter excluded: the one parameter that is not signed, if any.
  /// - Returns: nil for a `%` without two hexadecimal digits after it.
  static func query(_ query: String, excluding excluded: String? = nil) -> [UInt8]? {
    if query.isEmpty { return [] }
    var pairs: [(name: [UInt8], value: [UInt8])] = []
    for part in query.utf8.split(separator: UInt8(ascii: "&")) {
      let pair = part.split(separator: UInt8(ascii: "="), maxSplits: 1, omittingEmptySubsequences: false)
      guard let name = recoded(pair[0]), let value = pair.count == 2 ? recoded(pair[1]) : [] else { return nil }
      if let excluded, name.elementsEqual(excluded.utf8) { continue }
      pairs.append((name, value))
    }
    pairs.sort { left, right in
      if left.name == right.name { return left.value.lexicographicallyPrecedes(right.value) }
      return left.name.lexicographicallyPrecedes(right.name)
    }
    var result: [UInt8] = []
    for (name, value) in pairs {
      if !result.isEmpty { result.append(UInt8(ascii: "&")) }
      result += name
      result.append(UInt8(ascii: "="))
      result += value
    }
    return result
  }

  /// Appends `value` without spaces at its ends and with each run of spaces inside as one.
  static func append(folding value: String, to result: inout [UInt8]) {
    if value.withBytes({ value in value.allSatisfy { $0 != UInt8(ascii: " ") && $0 != UInt8(ascii: "\t") } }) {
      return result += value.utf8
    }
    var isAtStart = true
    var pendingSpace = false
    for byte in value.utf8 {
      if byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\t") {
        pendingSpace = !isAtStart
      } else {
        if pendingSpace { result.append(UInt8(ascii: " ")) }
        result.append(byte)
        (isAtStart, pendingSpace) = (false, false)
      }
    }
  }

  private static let slash = UInt8(ascii: "/")
  private static let percent = UInt8(ascii: "%")

  private static func recoded(_ text: Substring.UTF8View) -> [UInt8]? {
    var result: [UInt8] = []
    result.reserveCapacity(text.count)
    var bytes = text.makeIterator()
    while let byte = bytes.next() {
      guard byte == percent else {
        PercentCoding.encode(byte, onto: &result)
        continue
      }
      guard let high = bytes.next().flatMap(PercentCoding.digit), let low = bytes.next().flatMap(PercentCoding.digit)
      else { return nil }
      PercentCoding.encode(high << 4 | low, onto: &result)
    }
    return result
  }
}
