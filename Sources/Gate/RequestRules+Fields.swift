import NIOHTTP1
import Wire

extension RequestRules {
  /// The headers that decide where a message ends, whom it is for or who sent it: each at most once.
  struct Fields {
    private(set) var host: String?
    private(set) var contentLength: String?
    private(set) var expect: String?
    private var seen: Seen = []

    private struct Seen: OptionSet {
      let rawValue: UInt8

      static let authorization = Seen(rawValue: 1)
      static let date = Seen(rawValue: 2)
      static let token = Seen(rawValue: 4)
      static let digest = Seen(rawValue: 8)
      static let target = Seen(rawValue: 16)
      static let contentType = Seen(rawValue: 32)
    }

    init(_ headers: HTTPHeaders) throws(Refusal) {
      for (name, value) in headers { try take(name, value) }
    }

    /// Looks at the length first: most headers need no comparison.
    private mutating func take(_ name: String, _ value: String) throws(Refusal) {
      switch name.utf8.count {
      case 4: try Self.take(value, of: name, as: "host", into: &host, orElse: .host)
      case 6: try Self.take(value, of: name, as: "expect", into: &expect, orElse: .expectation)
      case 7:
        try Self.forbid(name, "upgrade", .upgrade)
        try Self.forbid(name, "trailer", .transferEncoding)
      case 10: try once(name, "x-amz-date", .date)
      case 12:
        try once(name, "x-amz-target", .target)
        try once(name, "content-type", .contentType)
      case 13: try once(name, "authorization", .authorization)
      case 14: try Self.take(value, of: name, as: "content-length", into: &contentLength, orElse: .contentLength)
      case 17: try Self.forbid(name, "transfer-encoding", .transferEncoding)
      case 20:
        try once(name, "x-amz-security-token", .token)
        try once(name, "x-amz-content-sha256", .digest)
      default: break
      }
    }

    private static func take(
      _ value: String, of name: String, as expected: String, into field: inout String?, orElse refusal: Refusal
    ) throws(Refusal) {
      guard name.equalsIgnoringASCIICase(expected) else { return }
      guard field == nil else { throw refusal }
      field = value
    }

    private static func forbid(_ name: String, _ forbidden: String, _ refusal: Refusal) throws(Refusal) {
      if name.equalsIgnoringASCIICase(forbidden) { throw refusal }
    }

    private mutating func once(_ name: String, _ expected: String, _ mark: Seen) throws(Refusal) {
      guard name.equalsIgnoringASCIICase(expected) else { return }
      guard seen.insert(mark).inserted else { throw .repeatedHeader }
    }
  }
}
