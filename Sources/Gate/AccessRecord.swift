package import Core
package import Wire

/// One request as the access log has it. It holds no query string and no header: those may carry signatures.
package struct AccessRecord: Sendable {
  package let requestID: RequestID
  /// nil when the head could not be read.
  package let method: String?
  /// For example `lambda:Invoke`; nil when no operation was found.
  package let operation: String?
  /// nil when no answer was begun.
  package let status: Int?
  /// Bytes of the body that arrived.
  package let requestBytes: Int
  /// Bytes of the body that were handed to the connection.
  package let responseBytes: Int
  package let duration: Duration
  /// The ARN of the caller; nil unless the signature was verified.
  package let principal: String?
  package let source: RequestSource
  /// The function that the caller's credentials were given to, when they came from somewhere else than one of its
  /// environments.
  package let strayedFrom: ARN?
  package let outcome: Outcome

  package enum Outcome: Hashable, Sendable {
    case answered
    case refused(Refusal)
    /// The client closed the connection before the answer was complete.
    case clientLeft
    /// The server broke the answer off.
    case aborted
  }
}

/// Takes access records. Called on event loops: it must not block.
package typealias AccessSink = @Sendable (AccessRecord) -> Void
