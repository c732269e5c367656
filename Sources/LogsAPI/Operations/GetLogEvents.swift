import Authorization
import Core
import JSON
import Telemetry
import Wire

/// Reads the events of one stream in order of time, forwards or backwards, a page at a time.
struct GetLogEvents: ControlOperation, LogsOperation {
  static let name = "GetLogEvents"
  static let unhonoured: [String: [JSONValue]] = ["unmask": [false]]

  let store: LogStore

  struct Input: Sendable {
    let group: NamedLogGroup
    let stream: String
    let start: Int?
    let end: Int?
    let limit: Int
    let token: String?
    let startsAtHead: Bool
  }

  static func decode(_ members: inout MemberReader) throws(Fault) -> Input {
    let group = try members.logGroupNameOrIdentifier()
    let stream = try members.requiredString("logStreamName")
    let (start, end) = (try members.integer("startTime"), try members.integer("endTime"))
    let limit = try members.integer("limit")
    if !stream.isEmpty {
      members.check(stream, at: "logStreamName", pattern: "[^:*]*") { LogStreamName($0) != nil }
    }
    members.check(start, at: "startTime", in: 0...Int.max)
    members.check(end, at: "endTime", in: 0...Int.max)
    members.check(limit, at: "limit", in: 1...10_000)
    return Input(
      group: group, stream: stream, start: start, end: end, limit: limit ?? 10_000,
      token: try members.string("nextToken"), startsAtHead: try members.bool("startFromHead") ?? false)
  }

  static func access(_ input: Input, at place: AccountRegion) -> [AccessRequest] {
    [AccessRequest("logs:GetLogEvents", on: "\(input.group.arn):log-stream:\(input.stream)")]
  }

  func run(_ call: Authorized<Input>) async throws -> OperationOutput {
    let input = call.value
    guard let stream = LogStreamName(input.stream) else {
      throw LogsErrors.invalidParameter("`\(input.stream)` is not the name of a log stream")
    }
    // Events of the end's very millisecond are not wanted; those of FilterLogEvents are.
    let page = try await store.read(
      stream, of: try input.group.group(at: call.place), start: input.start.map(Int64.init),
      end: input.end.map { Int64($0) - 1 }, limit: input.limit, from: try start(input))
    return OperationOutput([
      "events": .array(page.events.map(Self.members)), "nextForwardToken": .string(page.forward.description),
      "nextBackwardToken": .string(page.backward.description),
    ])
  }

  /// A token says itself which way it leads.
  private func start(_ input: Input) throws -> LogStreamStart {
    guard let text = input.token else { return input.startsAtHead ? .head : .tail }
    guard let token = LogStreamToken(text) else { throw LogError.badCursor }
    return .token(token)
  }

  private static func members(_ found: FilteredLogEvent) -> JSONValue {
    [
      "timestamp": .integer(found.event.timestamp.milliseconds), "message": .string(found.event.message),
      "ingestionTime": .integer(found.event.ingestion.milliseconds),
    ]
  }
}
