import Core
import Glibc

/// IP addresses with the same leading bits, written as an address or as CIDR (RFC 4632 section 3.1, RFC 4291 section 2.3).
struct AddressRange: Hashable, Sendable {
  /// 4 or 16 bytes, in network order.
  private let address: [UInt8]
  private let prefixLength: Int

  /// - Returns: nil unless `text` is an IPv4 or IPv6 address, with or without `/LENGTH`.
  init?(_ text: String) {
    let fields = text.fields(separatedBy: "/", maxSplits: 1)
    guard let address = Self.bytes(String(fields[0])) else { return nil }
    self.address = address
    guard fields.count == 2 else {
      prefixLength = address.count * 8
      return
    }
    guard !fields[1].isEmpty, fields[1].utf8.allSatisfy({ (0x30...0x39).contains($0) }), let length = Int(fields[1]),
      length <= address.count * 8
    else { return nil }
    prefixLength = length
  }

  /// One address alone.
  init?(address text: String) {
    guard !text.utf8.contains(UInt8(ascii: "/")) else { return nil }
    self.init(text)
  }

  /// Whether all addresses of `other` are in here. Ranges of the two families never hold each other.
  func contains(_ other: AddressRange) -> Bool {
    guard address.count == other.address.count, other.prefixLength >= prefixLength else { return false }
    let whole = prefixLength / 8
    guard address[..<whole] == other.address[..<whole] else { return false }
    let left = prefixLength % 8
    return left == 0 || (address[whole] ^ other.address[whole]) >> (8 - left) == 0
  }

  private static func bytes(_ text: String) -> [UInt8]? {
    var four = in_addr()
    if inet_pton(AF_INET, text, &four) == 1 { return withUnsafeBytes(of: four) { Array($0) } }
    var sixteen = in6_addr()
    guard inet_pton(AF_INET6, text, &sixteen) == 1 else { return nil }
    return withUnsafeBytes(of: sixteen) { Array($0) }
  }
}
