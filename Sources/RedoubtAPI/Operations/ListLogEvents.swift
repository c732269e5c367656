import Authorization
import Core
import JSON
import Telemetry
import Wire

/// Lists log events in the order in which they arrived, each with its origin and its request, which a function cannot
/// choose.
struct ListLogEvents: ControlOperation, RedoubtOperation {
  static let name = "ListLogEvents"
  static let route = Route("GET", "/2026-11-25/log-events")

  let services: RedoubtServices

  struct Input: Sendable {
    let group: LogGroupName?
    let start: Int64?
    let end: Int64?
    let requestID: RequestID?
    let pattern: FilterPattern
    let mark: Int64?
  }

  static func decode(_ members: inout MemberReader) throws(Fault) -> Input {
    let name = members.query("LogGroup")
    if name == nil { members.note(nil, at: "LogGroup", "Member must not be null") }
    let request = members.query("RequestId")
    return Input(
      group: try name.map { text throws(Fault) in try read(text, of: "LogGroup", as: LogGroupName.init) },
      start: try number("StartTime", members), end: try number("EndTime", members),
      requestID: try request.map { text throws(Fault) in try read(text, of: "RequestId", as: RequestID.init) },
      pattern: try pattern(members.query("FilterPattern") ?? ""),
      mark: try number("Marker", members))
  }

  static func access(_ input: Input, at place: AccountRegion) -> [AccessRequest] {
    let group = input.group?.description ?? "*"
    let arn = ARN(service: "logs", at: place, resource: "log-group:\(group)")
    return [AccessRequest("redoubt:ListLogEvents", on: "\(arn):*")]
  }

  func run(_ call: Authorized<Input>) async throws -> OperationOutput {
    guard let name = call.value.group else { throw RedoubtErrors.invalid("`LogGroup` is missing") }
    let query = LogArrivalQuery(
      group: LogGroup(place: call.place, name: name), start: call.value.start, end: call.value.end,
      requestID: call.value.requestID, pattern: call.value.pattern)
    let part = try await services.logs.arrivals(query, after: call.value.mark)
    return OperationOutput([
      "Events": .array(part.events.map(Self.members)), "NextMarker": .string(String(part.mark)),
      "HasMore": .bool(part.hasMore),
    ])
  }

  private static func number(_ name: String, _ members: MemberReader) throws(Fault) -> Int64? {
    guard let text = members.query(name) else { return nil }
    return try read(text, of: name) { Int64($0) }
  }

  private static func pattern(_ text: String) throws(Fault) -> FilterPattern {
    do { return try FilterPattern(text) } catch { throw RedoubtErrors.invalid(error.description) }
  }

  private static func read<Value>(
    _ text: String, of name: String, as parse: (String) -> Value?
  ) throws(Fault) -> Value {
    guard let value = parse(text) else { throw RedoubtErrors.invalid("`\(name)` is out of form: `\(text)`") }
    return value
  }

  private static func members(_ found: FilteredLogEvent) -> JSONValue {
    let event = found.event
    var members: [String: JSONValue] = [
      "EventId": .string(found.id), "LogStream": .string(found.stream.description),
      "Timestamp": .integer(event.timestamp.milliseconds), "IngestionTime": .integer(event.ingestion.milliseconds),
      "Origin": event.origin == .platform ? "Platform" : "Function", "Message": .string(event.message),
    ]
    members["RequestId"] = event.requestID.map { .string($0.description) }
    return .object(members)
  }
}
