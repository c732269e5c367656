import Core
import NIOHTTP1
import Wire

/// One request and its answer, as far as they have come. Used on its connection's event loop only.
final class Exchange {
  enum Answer {
    case notBegun
    /// - remaining: bytes that the head has announced and that are still to come; nil when the body is in chunks.
    case underWay(remaining: Int?)
    case complete
  }

  let requestID: RequestID
  let start: MonotonicTime
  let source: RequestSource
  let version: HTTPVersion
  /// nil when the head could not be read.
  let method: HTTPMethod?
  /// Whether another request may follow on the connection.
  var keepsAlive: Bool
  /// Whether the connection is left with a body that nobody will read.
  var leavesBodyUnread = false
  var operation: String?
  /// In which faults are told; as long as no operation is found, the most common one.
  var wireProtocol = WireProtocol.restJSON
  var principal: String?
  /// The function whose environment's credentials were used elsewhere.
  var strayedFrom: ARN?
  var refusal: Refusal?
  var requestBytes = 0
  var status: Int?
  var responseBytes = 0
  var answer = Answer.notBegun

  init(requestID: RequestID, start: MonotonicTime, head: HTTPRequestHead?, from source: RequestSource) {
    self.requestID = requestID
    self.source = source
    self.start = start
    version = head?.version == .http1_0 ? .http1_0 : .http1_1
    method = head?.method
    keepsAlive = false
  }

  /// Whether the answer's body goes over the wire (RFC 9110 section 6.4.1).
  var answerHasBody: Bool { method != .HEAD && status != 204 && status != 304 }

  /// Whether the body is in chunks: it is of no known length. HTTP/1.0 knows none: there the connection's end is the body's.
  var isInChunks: Bool {
    if case .underWay(remaining: nil) = answer { version == .http1_1 } else { false }
  }

  func record(until end: MonotonicTime, _ outcome: AccessRecord.Outcome) -> AccessRecord {
    AccessRecord(
      requestID: requestID, method: method?.rawValue, operation: operation, status: status,
      requestBytes: requestBytes, responseBytes: responseBytes, duration: end - start, principal: principal,
      source: source, strayedFrom: strayedFrom, outcome: outcome)
  }
}
