import Authorization
import Core
import JSON
import Telemetry
import Wire

/// Lists the streams of a log group by name or by their latest event, a page at a time.
struct DescribeLogStreams: ControlOperation, LogsOperation {
  static let name = "DescribeLogStreams"
  /// Streams on one page, in AWS's model.
  private static let longestPage = 50

  let store: LogStore

  struct Input: Sendable {
    let group: NamedLogGroup
    let prefix: String?
    let order: LogStreamOrder
    let limit: Int
    let token: String?
  }

  static func decode(_ members: inout MemberReader) throws(Fault) -> Input {
    let group = try members.logGroupNameOrIdentifier()
    let prefix = try members.string("logStreamNamePrefix")
    let key = try members.string("orderBy")
    let isDescending = try members.bool("descending") ?? false
    let limit = try members.integer("limit")
    members.check(prefix, at: "logStreamNamePrefix", lengths: 1...512)
    members.check(prefix, at: "logStreamNamePrefix", pattern: "[^:*]*") { text in
      text.unicodeScalars.count > 512 || LogStreamName(text) != nil
    }
    members.check(key, at: "orderBy", oneOf: LogStreamOrder.Key.allCases.map(\.rawValue))
    members.check(limit, at: "limit", in: 1...longestPage)
    return Input(
      group: group, prefix: prefix,
      order: LogStreamOrder(key.flatMap { LogStreamOrder.Key(rawValue: $0) } ?? .name, isDescending: isDescending),
      limit: limit ?? longestPage, token: try members.string("nextToken"))
  }

  static func access(_ input: Input, at place: AccountRegion) -> [AccessRequest] {
    [input.group.access("logs:DescribeLogStreams")]
  }

  func run(_ call: Authorized<Input>) async throws -> OperationOutput {
    let input = call.value
    guard input.prefix == nil || input.order.key == .name else {
      throw LogsErrors.invalidParameter("Cannot order by LastEventTime with a logStreamNamePrefix.")
    }
    let group = try input.group.group(at: call.place)
    let streams = try await store.describeStreams(
      of: group, prefix: input.prefix ?? "", in: input.order,
      after: try ListToken.content(input.token, as: LogStreamMark.init), limit: input.limit + 1)
    let page = streams.prefix(input.limit)
    var members: [String: JSONValue] = ["logStreams": .array(page.map { Self.members($0, of: group) })]
    if streams.count > page.count, let last = page.last {
      members["nextToken"] = .string(ListToken.text(LogStreamMark(last)))
    }
    return OperationOutput(.object(members))
  }

  private static func members(_ stream: LogStreamDescription, of group: LogGroup) -> JSONValue {
    var members: [String: JSONValue] = [
      "logStreamName": .string(stream.name.description), "creationTime": .integer(stream.created.milliseconds),
      "arn": .string("\(group.arn):log-stream:\(stream.name)"),
      // AWS has told no other number since 2019.
      "storedBytes": 0,
    ]
    if let events = stream.events {
      members["firstEventTimestamp"] = .integer(events.first.milliseconds)
      members["lastEventTimestamp"] = .integer(events.last.milliseconds)
      members["lastIngestionTime"] = .integer(events.lastIngestion.milliseconds)
    }
    return .object(members)
  }
}
