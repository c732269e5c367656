import Authorization
import Core
import Telemetry
import Wire

/// Finds log events of one group, from all its streams in order of time.
struct FilterLogEvents: ControlOperation {
  static let name = "FilterLogEvents"
  static let unhonoured: [String: [JSONValue]] = ["startFromHead": [true], "unmask": [false]]

  /// Names in `logStreamNames`, as in AWS's model.
  private static let mostStreams = 100

  let store: LogStore

  struct Input: Sendable {
    let group: ARN
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
      group: group(name ?? identifier ?? "", at: members.request.place),
      streamNames: try members.strings("logStreamNames"),
      streamPrefix: try members.string("logStreamNamePrefix"),
      start: try members.integer("startTime").map(Int64.init), end: try members.integer("endTime").map(Int64.init),
      pattern: try members.string("filterPattern") ?? "", limit: limit ?? 10_000,
      token: try members.string("nextToken"))
  }

  static func access(_ input: Input, at place: AccountRegion) -> [AccessRequest] {
    [AccessRequest("logs:FilterLogEvents", on: "\(input.group):*")]
  }

  func run(_ call: Authorized<Input>) async throws -> OperationOutput {
    let input = call.value
    let text = String(input.group.resource.dropFirst("log-group:".count))
    guard let name = LogGroupName(text) else {
      throw LogsErrors.invalidParameter("`\(text)` is not the name of a log group")
    }
    guard input.group.account == call.place.account.description,
      input.group.region == call.place.region.description
    else { throw LogError.groupNotFound(name) }
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

  /// The group that a name or an ARN means; an ARN may end in `:*`.
  private static func group(_ text: String, at place: AccountRegion) -> ARN {
    guard let arn = ARN(text), arn.service == "logs", arn.resource.hasPrefix("log-group:") else {
      return ARN(service: "logs", at: place, resource: "log-group:\(text)")
    }
    let resource = arn.resource.hasSuffix(":*") ? String(arn.resource.dropLast(2)) : arn.resource
    return ARN(service: "logs", region: arn.region, account: arn.account, resource: resource)
  }
}
