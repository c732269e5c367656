import Core

/// The head of one HTTP request as it came over the wire, before any decoding.
package struct RequestHead: Sendable {
  /// In upper case, for example `POST`.
  package let method: String
  /// Everything before the first `?` of the target, still percent-encoded.
  package let path: String
  /// Everything after the first `?`, still percent-encoded; empty when there is none.
  package let query: String
  /// In the order of arrival, names as sent.
  package let headers: [(name: String, value: String)]

  /// - Parameter target: origin form (RFC 9112 section 3.2.1).
  package init(method: String, target: String, headers: [(name: String, value: String)]) {
    self.method = method
    let parts = target.fields(separatedBy: "?", maxSplits: 1)
    path = String(parts[0])
    query = parts.count == 2 ? String(parts[1]) : ""
    self.headers = headers
  }

  /// The value of the first header of that name, in any case.
  package func header(_ name: String) -> String? {
    headers.first { $0.name.equalsIgnoringASCIICase(name) }?.value
  }

  /// The values of all headers of that name, in any case, in order.
  package func headerValues(_ name: String) -> [String] {
    headers.filter { $0.name.equalsIgnoringASCIICase(name) }.map(\.value)
  }
}

extension String {
  /// Equality in which `A` to `Z` count as `a` to `z`; header names are compared so (RFC 9110 section 5.1).
  package func equalsIgnoringASCIICase(_ other: String) -> Bool {
    guard utf8.count == other.utf8.count else { return false }
    return withBytes { left in
      other.withBytes { right in
        left.indices.allSatisfy { left[$0] == right[$0] || left[$0].asciiLowercased == right[$0].asciiLowercased }
      }
    }
  }
}

extension UInt8 {
  fileprivate var asciiLowercased: UInt8 { (0x41...0x5A).contains(self) ? self | 0x20 : self }
}
