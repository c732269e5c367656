import Authorization
import Core
import JSON
import Telemetry
import Wire

/// Lists what the platform's controls have noticed, the newest first, a page at a time.
struct ListFindings: ControlOperation, RedoubtOperation {
  static let name = "ListFindings"
  static let route = Route("GET", "/2026-11-25/findings")
  private static let longestPage = 100

  let services: RedoubtServices

  struct Input: Sendable {
    let limit: Int
    let cursor: Int64?
  }

  static func decode(_ members: inout MemberReader) throws(Fault) -> Input {
    let maximum = members.query("MaxItems")
    let limit = maximum.flatMap(Int.init)
    if let maximum, limit == nil { throw .serialization("`MaxItems` is not an integer: `\(maximum)`") }
    members.check(limit, at: "MaxItems", in: 1...longestPage)
    let marker = members.query("Marker")
    let cursor = marker.flatMap { Int64($0) }
    if let marker, cursor == nil { throw RedoubtErrors.invalid("`Marker` is none that was given out: `\(marker)`") }
    return Input(limit: limit ?? longestPage, cursor: cursor)
  }

  static func access(_ input: Input, at place: AccountRegion) -> [AccessRequest] {
    [AccessRequest("redoubt:ListFindings", on: "*")]
  }

  func run(_ call: Authorized<Input>) async throws -> OperationOutput {
    let page = try await services.findings.list(at: call.place, limit: call.value.limit, after: call.value.cursor)
    var members: [String: JSONValue] = ["Findings": .array(page.records.map(Self.members))]
    if let cursor = page.cursor { members["NextMarker"] = .string(String(cursor)) }
    return OperationOutput(.object(members))
  }

  private static func members(_ record: FindingRecord) -> JSONValue {
    [
      "Id": .string(record.id),
      "Severity": .string(record.finding.severity.rawValue),
      "Control": .string(record.finding.control),
      "Resource": .string(record.finding.resource),
      "Description": .string(record.finding.description),
      "Remediation": .string(record.finding.remediation),
      "FirstSeen": .string(record.first.utc.isoDateTime + "Z"),
      "LastSeen": .string(record.last.utc.isoDateTime + "Z"),
      "Count": .integer(Int64(record.count)),
    ]
  }
}
