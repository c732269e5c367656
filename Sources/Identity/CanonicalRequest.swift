import Core
import Cryptography
import Wire

/// The bytes that a signature covers, but for the last line: the hash of the payload, which may come later.
struct CanonicalRequest: Sendable {
  private let lines: [UInt8]

  /// - Parameters:
  ///   - signedHeaders: in lower case, sorted; each must be present in `head`.
  ///   - excluded: the query parameter that is not signed, if any.
  init(
    _ head: RequestHead, signedHeaders: [String], excluding excluded: String? = nil
  ) throws(AuthenticationFailure) {
    guard let path = CanonicalText.path(head.path) else {
      throw .incompleteSignature("The path of a signed request must not contain '.' or '..' segments.")
    }
    guard let query = CanonicalText.query(head.query, excluding: excluded) else {
      throw .incompleteSignature("The query string is not valid percent-encoding.")
    }
    var lines: [UInt8] = []
    lines.reserveCapacity(512 + path.count + query.count)
    lines += head.method.utf8
    lines.append(Self.newline)
    lines += path
    lines.append(Self.newline)
    lines += query
    lines.append(Self.newline)
    for name in signedHeaders { try Self.append(name, from: head, to: &lines) }
    lines.append(Self.newline)
    for (index, name) in signedHeaders.enumerated() {
      if index > 0 { lines.append(UInt8(ascii: ";")) }
      lines += name.utf8
    }
    lines.append(Self.newline)
    self.lines = lines
  }

  /// - Parameter payload: 64 hexadecimal digits or `UNSIGNED-PAYLOAD`.
  func digest(payload: String) -> Digest {
    var builder = DigestBuilder()
    builder.update(lines)
    payload.withBytes { builder.update(UnsafeRawBufferPointer($0)) }
    return builder.finalize()
  }

  private static let newline = UInt8(ascii: "\n")

  private static func append(
    _ name: String, from head: RequestHead, to lines: inout [UInt8]
  ) throws(AuthenticationFailure) {
    lines += name.utf8
    lines.append(UInt8(ascii: ":"))
    var isFirst = true
    for header in head.headers where HeaderName.matches(header.name, lowercased: name) {
      if !isFirst { lines.append(UInt8(ascii: ",")) }
      CanonicalText.append(folding: header.value, to: &lines)
      isFirst = false
    }
    if isFirst { throw .incompleteSignature("'\(name)' is a signed header but is not in the request.") }
    lines.append(newline)
  }
}

/// Comparisons of header names that make no new strings.
enum HeaderName {
  static func matches(_ name: String, lowercased other: String) -> Bool {
    guard name.utf8.count == other.utf8.count else { return false }
    return name.withBytes { name in
      other.withBytes { other in name.indices.allSatisfy { lowercased(name[$0]) == other[$0] } }
    }
  }

  static func isAmazonHeader(_ name: String) -> Bool {
    guard name.utf8.count > prefix.utf8CodeUnitCount else { return false }
    return name.withBytes { name in
      prefix.withUTF8Buffer { prefix in prefix.indices.allSatisfy { lowercased(name[$0]) == prefix[$0] } }
    }
  }

  private static let prefix: StaticString = "x-amz-"

  private static func lowercased(_ byte: UInt8) -> UInt8 { (0x41...0x5A).contains(byte) ? byte | 0x20 : byte }
}
