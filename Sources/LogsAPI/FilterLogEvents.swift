import Authorization
import Core
import Telemetry
import Wire

/// Finds log events of one group, from all its streams in order of time.
struct FilterLogEvents: ControlOperation {
  static let name = "FilterLogEvents"
  static let unhonoured: [String: [JSONValue]] = ["startFromHead": [true], "unmask": [false]]

  let store: LogStore

  struct Input: Sendable {
    let groupName: String
    let streamNames: [String]?
    let streamPrefix: String?
    let start: Int64?
    let end: Int64?
    let pattern: String
    let limit: Int
    let token: String?
  }

  static func decode(_ members: inout MemberReader) throws(Fault) -> Input {
    let name = try members.string("logGroupName")
    let identifier = try members.string("logGroupIdentifier")
    guard (name == nil) != (identifier == nil) || members.isDescribing else {
      throw LogsErrors.invalidParameter("exactly one of logGroupName and logGroupIdentifier is required")
    }
    // The events of all streams are always interleaved, as in the real service, whatever this says.
    _ = try members.bool("interleaved")
    let limit = try members.integer("limit")
    members.check(limit, at: "limit", in: 1...10_000)
    return Input(
      groupName: name ?? identifier.map(groupName) ?? "", streamNames: try members.strings("logStreamNames"),
      streamPrefix: try members.string("logStreamNamePrefix"),
      start: try members.integer("startTime").map(Int64.init), end: try members.integer("endTime").map(Int64.init),
      pattern: try members.string("filterPattern") ?? "", limit: limit ?? 10_000,
      token: try members.string("nextToken"))
  }

  static func access(_ input: Input, at place: AccountRegion) -> [AccessRequest] {
    let arn = ARN(service: "logs", at: place, resource: "log-group:\(input.groupName):*")
    return [AccessRequest("logs:FilterLogEvents", on: arn.description)]
  }

  func run(_ call: Authorized<Input>) async throws -> OperationOutput {
    let input = call.value
    guard let name = LogGroupName(input.groupName) else {
      throw LogsErrors.invalidParameter("`\(input.groupName)` is not the name of a log group")
    }
    let query = LogQuery(
      group: LogGroup(place: call.place, name: name), streams: try streams(input), start: input.start,
      end: input.end, pattern: try FilterPattern(input.pattern))
    let page = try await store.filter(query, limit: input.limit, after: input.token)
    var members: [String: JSONValue] = [
      "events": .array(page.events.map(event)), "searchedLogStreams": [],
    ]
    if let cursor = page.cursor { members["nextToken"] = .string(cursor) }
    return OperationOutput(.object(members))
  }

  private func streams(_ input: Input) throws(Fault) -> LogQuery.Streams {
    guard let names = input.streamNames else { return input.streamPrefix.map { .prefixed($0) } ?? .all }
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

  /// The name in an identifier, which is a name or an ARN.
  private static func groupName(_ identifier: String) -> String {
    guard let arn = ARN(identifier), arn.service == "logs" else { return identifier }
    let parts = arn.resource.split(separator: ":")
    return parts.count >= 2 && parts[0] == "log-group" ? String(parts[1]) : identifier
  }
}
