import Authorization
import Core
import JSON
import Telemetry
import Wire

/// Lists log groups by name, a page at a time.
struct DescribeLogGroups: ControlOperation, LogsOperation {
  static let name = "DescribeLogGroups"
  static let unhonoured: [String: [JSONValue]] = [
    "accountIdentifiers": [[]], "includeLinkedAccounts": [false], "logGroupClass": ["STANDARD"],
    "logGroupIdentifiers": [],
  ]
  /// Groups on one page, in AWS's model.
  private static let longestPage = 50

  let store: LogStore

  struct Input: Sendable {
    let prefix: String?
    let part: String?
    let limit: Int
    let token: String?
  }

  static func decode(_ members: inout MemberReader) throws(Fault) -> Input {
    let prefix = try members.string("logGroupNamePrefix")
    let part = try members.string("logGroupNamePattern")
    let limit = try members.integer("limit")
    for (text, name) in [(prefix, "logGroupNamePrefix"), (part, "logGroupNamePattern")] {
      members.check(text, at: name, lengths: (name == "logGroupNamePrefix" ? 1 : 0)...512)
      members.check(text, at: name, pattern: NamedLogGroup.pattern) { text in
        text.utf8.allSatisfy { LogGroupName(String(Unicode.Scalar($0))) != nil }
      }
    }
    members.check(limit, at: "limit", in: 1...longestPage)
    return Input(prefix: prefix, part: part, limit: limit ?? longestPage, token: try members.string("nextToken"))
  }

  static func access(_ input: Input, at place: AccountRegion) -> [AccessRequest] {
    [AccessRequest("logs:DescribeLogGroups", on: "\(ARN(service: "logs", at: place, resource: "log-group:*"))")]
  }

  func run(_ call: Authorized<Input>) async throws -> OperationOutput {
    let input = call.value
    guard input.prefix == nil || input.part == nil else {
      throw LogsErrors.invalidParameter(
        "LogGroupNamePattern and LogGroupNamePrefix are mutually exclusive parameters.")
    }
    let groups = try await store.describeGroups(
      at: call.place, prefix: input.prefix ?? "", containing: input.part ?? "",
      after: try ListToken.content(input.token, as: LogGroupName.init), limit: input.limit + 1)
    let page = groups.prefix(input.limit)
    var members: [String: JSONValue] = [
      "logGroups": .array(page.map { Self.members($0, isFoundByPart: input.part != nil) })
    ]
    if groups.count > page.count, let last = page.last {
      members["nextToken"] = .string(ListToken.text(last.group.name))
    }
    return OperationOutput(.object(members))
  }

  /// Of a group that was found by a part of its name AWS tells no more than this.
  private static func members(_ found: LogGroupDescription, isFoundByPart: Bool) -> JSONValue {
    let arn = found.group.arn.description
    var members: [String: JSONValue] = [
      "logGroupName": .string(found.group.name.description), "creationTime": .integer(found.created.milliseconds),
      "arn": .string(arn + ":*"),
    ]
    guard !isFoundByPart else { return .object(members) }
    members["logGroupArn"] = .string(arn)
    members["logGroupClass"] = "STANDARD"
    members["metricFilterCount"] = 0
    members["storedBytes"] = .integer(found.storedBytes)
    members["retentionInDays"] = found.retentionDays.map { .integer(Int64($0)) }
    return .object(members)
  }
}
