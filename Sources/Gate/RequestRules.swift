import Core
import NIOHTTP1
import Wire

/// What the gate demands of a decoded head, beyond what the decoder does (RFC 9110, RFC 9112). Pure.
struct RequestRules {
  /// What a head that passed says of its message and connection.
  struct Framing: Equatable {
    let contentLength: Int
    /// False for HTTP/1.0, whatever it asks for.
    let keepsAlive: Bool
    let expectsContinue: Bool
  }

  let unexpectedBodyBytes: Int

  func check(_ head: HTTPRequestHead) throws(Refusal) -> Framing {
    guard head.version == .http1_1 || head.version == .http1_0 else { throw .version }
    let takesBody = try Self.takesBody(head.method)
    guard Self.isOriginForm(head.uri) else { throw .target }
    let fields = try Fields(head.headers)
    guard let host = fields.host, Self.isHost(host) else { throw .host }
    let length = try Self.contentLength(fields.contentLength)
    if !takesBody, length > unexpectedBodyBytes { throw .unexpectedBody }
    if let expectation = fields.expect, !expectation.equalsIgnoringASCIICase("100-continue") { throw .expectation }
    return Framing(
      contentLength: length, keepsAlive: head.version == .http1_1 && head.isKeepAlive,
      expectsContinue: fields.expect != nil && head.version == .http1_1)
  }

  private static func takesBody(_ method: HTTPMethod) throws(Refusal) -> Bool {
    switch method {
    case .POST, .PUT, .PATCH: true
    case .GET, .HEAD, .DELETE: false
    default: throw .method
    }
  }

  /// RFC 9112 section 3.2.1, with the characters of RFC 3986: so no fragment, no authority and no asterisk.
  private static func isOriginForm(_ target: String) -> Bool {
    target.utf8.first == UInt8(ascii: "/") && target.withBytes { $0.allSatisfy { Byte.isTarget[Int($0)] } }
  }

  /// Digits only: no sign, no blank, no list of equal values.
  private static func contentLength(_ text: String?) throws(Refusal) -> Int {
    guard let text else { return 0 }
    guard (1...18).contains(text.utf8.count), text.utf8.allSatisfy(isDigit), let length = Int(text) else {
      throw .contentLength
    }
    return length
  }

  /// A name, an IPv4 address or an IPv6 address in brackets, and a port or none (RFC 9110 section 7.2).
  static func isHost(_ text: String) -> Bool {
    let bytes = text.utf8
    guard bytes.first == UInt8(ascii: "[") else {
      let colon = bytes.firstIndex(of: Byte.colon) ?? bytes.endIndex
      let name = bytes[..<colon]
      return (1...255).contains(name.count) && name.allSatisfy(isHostName) && isPort(bytes[colon...])
    }
    guard let end = bytes.firstIndex(of: UInt8(ascii: "]")) else { return false }
    let address = bytes[..<end].dropFirst()
    return (2...45).contains(address.count) && address.allSatisfy(isIPv6) && isPort(bytes[end...].dropFirst())
  }

  /// Nothing, or a colon with one to five digits.
  private static func isPort(_ bytes: Substring.UTF8View) -> Bool {
    bytes.isEmpty || bytes.first == Byte.colon && (2...6).contains(bytes.count) && bytes.dropFirst().allSatisfy(isDigit)
  }

  private static func isDigit(_ byte: UInt8) -> Bool { (0x30...0x39).contains(byte) }

  private static func isHostName(_ byte: UInt8) -> Bool {
    switch byte {
    case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"): true
    default: false
    }
  }

  private static func isIPv6(_ byte: UInt8) -> Bool {
    switch byte {
    case 0x30...0x39, 0x41...0x46, 0x61...0x66, Byte.colon, UInt8(ascii: "."): true
    default: false
    }
  }
}
