import JSON
import Wire

/// One request to an AWS API, before it is signed.
struct ServiceCall: Sendable {
  /// The name in the scope of the signature, for example `lambda`.
  let service: String
  let method: String
  /// Percent-encoded.
  let path: String
  var query: [(name: String, value: String)] = []
  var headers: [(name: String, value: String)] = []
  var body: [UInt8] = []
  /// How long the server may be silent.
  var timeoutSeconds: Int64 = 60

  /// The query as sent: names in order, everything percent-encoded.
  var encodedQuery: String {
    query.sorted { ($0.name, $0.value) < ($1.name, $1.value) }
      .map { "\(Self.encode($0.name))=\(Self.encode($0.value))" }.joined(separator: "&")
  }

  /// Percent-encodes all but the unreserved characters (RFC 3986 section 2.3).
  static func encode(_ text: String) -> String {
    let digits = Array("0123456789ABCDEF")
    return text.utf8.reduce(into: "") { encoded, byte in
      switch byte {
      case 0x41...0x5A, 0x61...0x7A, 0x30...0x39, 0x2D, 0x2E, 0x5F, 0x7E:
        encoded.unicodeScalars.append(Unicode.Scalar(byte))
      default: encoded += "%\(digits[Int(byte >> 4)])\(digits[Int(byte & 15)])"
      }
    }
  }
}

extension ServiceCall {
  /// A call of CloudWatch Logs (JSON 1.1).
  static func logs(_ operation: String, _ input: JSONValue) -> ServiceCall {
    ServiceCall(
      service: "logs", method: "POST", path: "/",
      headers: [("Content-Type", "application/x-amz-json-1.1"), ("X-Amz-Target", "Logs_20140328.\(operation)")],
      body: input.encoded)
  }

  /// A call of STS (query) without members.
  static func sts(_ operation: String, version: String) -> ServiceCall {
    ServiceCall(
      service: "sts", method: "POST", path: "/",
      headers: [("Content-Type", "application/x-www-form-urlencoded")],
      body: Array("Action=\(operation)&Version=\(version)".utf8))
  }

  /// A call of Lambda (REST JSON).
  /// - Parameter path: what follows `/2015-03-31/functions`, percent-encoded.
  static func lambda(_ method: String, _ path: String, _ input: JSONValue? = nil) -> ServiceCall {
    ServiceCall(
      service: "lambda", method: method, path: "/2015-03-31/functions\(path)",
      headers: input == nil ? [] : [("Content-Type", "application/json")], body: input?.encoded ?? [])
  }

  /// A call of Lambda on layers (REST JSON).
  /// - Parameter path: what follows `/2018-10-31/layers`, percent-encoded.
  static func layers(_ method: String, _ path: String, _ input: JSONValue? = nil) -> ServiceCall {
    ServiceCall(
      service: "lambda", method: method, path: "/2018-10-31/layers\(path)",
      headers: input == nil ? [] : [("Content-Type", "application/json")], body: input?.encoded ?? [])
  }

  /// A call of Redoubt's own API (REST JSON).
  /// - Parameter path: what follows `/2026-11-25`, percent-encoded.
  static func redoubt(_ method: String, _ path: String, _ input: JSONValue? = nil) -> ServiceCall {
    ServiceCall(
      service: "redoubt", method: method, path: "/2026-11-25\(path)",
      headers: input == nil ? [] : [("Content-Type", "application/json")], body: input?.encoded ?? [])
  }
}
