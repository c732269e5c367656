import Core
import Functions
import Telemetry

/// Where what an environment prints is kept.
struct LogDestination: Sendable {
  private let place: AccountRegion
  private let group: LogGroupName
  private let stream: LogStreamName

  /// - Returns: nil for names that no log can have.
  init?(of version: FunctionVersion, stream: String) {
    guard let group = LogGroupName(version.logGroup), let stream = LogStreamName(stream) else { return nil }
    place = version.place
    self.group = group
    self.stream = stream
  }

  func batch(_ events: [LogEvent]) -> LogBatch {
    LogBatch(place: place, group: group, stream: stream, events: events)
  }
}
