package import Core

/// One line of a log.
package struct LogEvent: Hashable, Sendable {
  /// Who wrote the line. Kept with it, so that a function's line never passes for one of the platform.
  package enum Origin: UInt8, Hashable, Sendable {
    case platform = 1
    case function = 2
  }

  /// When it happened.
  package let timestamp: WallTime
  /// When it reached the platform.
  package let ingestion: WallTime
  package let message: String
  package let origin: Origin
  /// As the platform knows it, whatever the line says; nil for a line that belongs to no invocation.
  package let requestID: RequestID?

  package init(
    timestamp: WallTime, ingestion: WallTime, message: String, origin: Origin, requestID: RequestID? = nil
  ) {
    self.timestamp = timestamp
    self.ingestion = ingestion
    self.message = message
    self.origin = origin
    self.requestID = requestID
  }

  /// The same line as one of that request.
  package func belonging(to requestID: RequestID?) -> LogEvent {
    LogEvent(timestamp: timestamp, ingestion: ingestion, message: message, origin: origin, requestID: requestID)
  }

  /// As AWS counts an event against its limits: the message and 26 bytes.
  var byteCount: Int { message.utf8.count + 26 }
}
