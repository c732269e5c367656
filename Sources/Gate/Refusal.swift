/// Why the gate turned a request or a connection away before any operation heard of it.
package enum Refusal: Error, Hashable, Sendable, CaseIterable {
  // Without an answer.
  case tooManyConnections
  case slowReader
  case idle

  // In plain HTTP: what came is not a request that can be trusted to be framed as it seems.
  case headerTimeout
  case bodyTimeout
  case headerBytes
  case headerCount
  case malformedHead
  case malformedMessage
  case version
  case method
  case target
  case host
  case contentLength
  case transferEncoding
  case repeatedHeader
  case upgrade
  case unexpectedBody
  case expectation

  // In the protocol of the service.
  case unknownOperation
  case unauthenticated
  case bodyTooLarge
  case unauthenticatedBytes
  case busy
  case rateExceeded
}

extension Refusal {
  /// The answer in plain HTTP; nil where there is none or where the service's protocol renders it.
  ///
  /// The messages are fixed: nothing of the request is repeated.
  var plainAnswer: (status: Int, message: String)? {
    switch self {
    case .tooManyConnections, .slowReader, .idle: nil
    case .headerTimeout: (408, "the request's head took too long")
    case .bodyTimeout: (408, "the request's body took too long")
    case .headerBytes: (431, "the request line and headers are too large")
    case .headerCount: (400, "too many headers")
    case .malformedHead: (400, "the request's head is not well-formed")
    case .malformedMessage: (400, "the request is not well-formed")
    case .version: (505, "only HTTP/1.1 and HTTP/1.0 are spoken here")
    case .method: (405, "the method is not allowed")
    case .target: (400, "the request target is not in origin form or has characters that must be encoded")
    case .host: (400, "the request must have one valid Host header")
    case .contentLength: (400, "the Content-Length header is not valid")
    case .transferEncoding: (400, "a request must not have a Transfer-Encoding header")
    case .repeatedHeader: (400, "a header that may come once came more often")
    case .upgrade: (400, "no other protocol is spoken here")
    case .unexpectedBody: (400, "the method does not take a body of this size")
    case .expectation: (417, "the only expectation that can be met is 100-continue")
    case .unknownOperation, .unauthenticated, .bodyTooLarge, .unauthenticatedBytes, .busy, .rateExceeded: nil
    }
  }
}
