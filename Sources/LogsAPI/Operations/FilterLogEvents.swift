import Authorization
import Core
import JSON
import Telemetry
import Wire

/// Finds log events of one group, from all its streams in order of time.
struct FilterLogEvents: ControlOperation, LogsOperation {
  static let name = "FilterLogEvents"
  static let unhonoured: [String: [JSONValue]] = ["startFromHead": [true], "unmask": [false]]

  /// Names in `logStreamNames`, as in AWS's model.
  private static let mostStreams = 100

  let store: LogStore

  struct Input: Sendable {
    let group: NamedLogGroup
    let streamNames: [String]?
    let streamPrefix: String?
    let start: Int64?
    let end: Int64?
    let pattern: String
    let limit: Int
    let token: String?
  }

  static func decode(_ members: inout MemberReader) throws(Fault) -> Input {
    let group = try members.logGroupNameOrIdentifier()
    // The events of all streams are always interleaved, as in the real service, whatever this says.
    _ = try members.bool("interleaved")
    let limit = try members.integer("limit")
    members.check(limit, at: "limit", in: 1...10_000)
    return Input(
      group: group, streamNames: try members.strings("logStreamNames"),
      streamPrefix: try members.string("logStreamNamePrefix"),
      start: try members.integer("startTime").map(Int64.init), end: try members.integer("endTime").map(Int64.init),
      pattern: try members.string("filterPattern") ?? "", limit: limit ?? 10_000,
      token: try members.string("nextToken"))
  }

  static func access(_ input: Input, at place: AccountRegion) -> [AccessRequest] {
    [input.group.access("logs:FilterLogEvents")]
  }

  func run(_ call: Authorized<Input>) async throws -> OperationOutput {
    let input = call.value
    let query = LogQuery(
      group: try input.group.group(at: call.place), streams: try streams(input), start: input.start, end: input.end,
      pattern: try FilterPattern(input.pattern))
    let page = try await store.filter(query, limit: input.limit, after: input.token)
    var members: [String: JSONValue] = [
      "events": .array(page.events.map(event)), "searchedLogStreams": [],
    ]
    if let cursor = page.cursor { members["nextToken"] = .string(cursor) }
    return OperationOutput(.object(members))
  }

  private func streams(_ input: Input) throws(Fault) -> LogQuery.Streams {
    guard let names = input.streamNames else {
      guard let prefix = input.streamPrefix else { return .all }
      guard LogStreamName(prefix) != nil else {
        throw LogsErrors.invalidParameter("`\(prefix)` is not the beginning of a log stream's name")
      }
      return .prefixed(prefix)
    }
    guard (1...Self.mostStreams).contains(names.count) else {
      throw LogsErrors.invalidParameter("logStreamNames takes 1 to \(Self.mostStreams) names: \(names.count)")
    }
    guard input.streamPrefix == nil else {
      throw LogsErrors.invalidParameter("logStreamNames and logStreamNamePrefix exclude each other")
    }
    var streams: [LogStreamName] = []
    for name in names {
      guard let stream = LogStreamName(name) else {
        throw LogsErrors.invalidParameter("`\(name)` is not the name of a log stream")
      }
      streams.append(stream)
    }
    return .named(streams)
  }

  private func event(_ found: FilteredLogEvent) -> JSONValue {
    [
      "logStreamName": .string(found.stream.description),
      "timestamp": .integer(found.event.timestamp.milliseconds),
      "message": .string(found.event.message),
      "ingestionTime": .integer(found.event.ingestion.milliseconds),
      "eventId": .string(found.id),
    ]
  }
}
