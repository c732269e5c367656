import Core
import Identity
import JSON
import Wire

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

/// How fine a report of last accesses is.
enum AccessGranularity: String, CaseIterable, Sendable {
  case services = "SERVICE_LEVEL"
  case actions = "ACTION_LEVEL"
}

/// Shapes of reports of last accesses.
enum AccessOutputs {
  /// A report is complete when its id is known.
  static func job(_ report: AccessReport, _ createdAt: WallTime) -> [String: JSONValue] {
    let granularity: AccessGranularity = report.hasActions ? .actions : .services
    return [
      "JobStatus": "COMPLETED", "JobType": .string(granularity.rawValue),
      "JobCreationDate": IAMOutputs.date(createdAt), "JobCompletionDate": IAMOutputs.date(createdAt),
    ]
  }

  static func service(_ service: AccessReport.Service, in report: AccessReport) -> JSONValue {
    var members: [String: JSONValue] = [
      "ServiceName": .string(names[service.namespace] ?? service.namespace),
      "ServiceNamespace": .string(service.namespace),
      "TotalAuthenticatedEntities": .integer(Int64(service.uses.count)),
    ]
    if let last = service.uses.first {
      members["LastAuthenticated"] = date(last)
      members["LastAuthenticatedEntity"] = .string(report.entities[last.entity].arn)
      members["LastAuthenticatedRegion"] = .string(last.region)
    }
    if let actions = service.actions {
      members["TrackedActionsLastAccessed"] = .array(actions.map { action($0, in: report) })
    }
    return .object(members)
  }

  private static func action(_ action: AccessReport.Action, in report: AccessReport) -> JSONValue {
    var members: [String: JSONValue] = ["ActionName": .string(action.name)]
    if let last = action.last {
      members["LastAccessedEntity"] = .string(report.entities[last.entity].arn)
      members["LastAccessedTime"] = date(last)
      members["LastAccessedRegion"] = .string(last.region)
    }
    return .object(members)
  }

  static func entity(_ entity: AccessReport.Entity, _ use: AccessReport.Use?) -> JSONValue {
    var members: [String: JSONValue] = [
      "EntityInfo": [
        "Arn": .string(entity.arn), "Name": .string(entity.name), "Type": entity.isRole ? "ROLE" : "USER",
        "Id": .string(entity.uniqueID), "Path": .string(entity.path),
      ]
    ]
    members["LastAuthenticated"] = use.map(date)
    return .object(members)
  }

  static func policy(_ policy: HungPolicy) -> JSONValue {
    if let arn = policy.arn {
      return ["PolicyName": .string(policy.name), "PolicyType": "MANAGED", "PolicyArn": .string(arn)]
    }
    let (kind, name) =
      switch policy.owner {
      case .user(let name): ("USER", name)
      case .group(let name): ("GROUP", name)
      case .role(let name): ("ROLE", name)
      }
    return [
      "PolicyName": .string(policy.name), "PolicyType": "INLINE", "EntityType": .string(kind),
      "EntityName": .string(name),
    ]
  }

  static func base64(_ bytes: [UInt8]) -> String { Data(bytes).base64EncodedString() }

  private static func date(_ use: AccessReport.Use) -> JSONValue { IAMOutputs.date(WallTime(seconds: use.at)) }

  /// As AWS calls them; others are called by their namespace.
  private static let names = [
    "iam": "AWS Identity and Access Management", "lambda": "AWS Lambda", "logs": "Amazon CloudWatch Logs",
    "redoubt": "Redoubt", "sts": "AWS Security Token Service",
  ]
}

extension MemberReader {
  /// The id of a report, a UUID.
  mutating func reportID() throws(Fault) -> String {
    let id = try requiredString("JobId")
    check(id, at: "JobId", lengths: 36...36)
    return id
  }

  mutating func checkNamespace(_ namespace: String, at member: String) {
    check(namespace, at: member, lengths: 1...64)
    check(namespace, at: member, pattern: "[\\w-]*") { text in
      text.utf8.allSatisfy { NameCharacter.contains($0) && !"+=,.@".utf8.contains($0) }
    }
  }

  mutating func accountAlias() throws(Fault) -> String {
    let alias = try requiredString("AccountAlias")
    check(alias, at: "AccountAlias", lengths: 3...63)
    check(alias, at: "AccountAlias", pattern: "^[a-z0-9]([a-z0-9]|-(?!-)){1,61}[a-z0-9]$") { text in
      let isPlain = text.utf8.allSatisfy { byte in
        (0x61...0x7A).contains(byte) || (0x30...0x39).contains(byte) || byte == UInt8(ascii: "-")
      }
      return isPlain && !text.hasPrefix("-") && !text.hasSuffix("-") && !text.contains("--")
    }
    return alias
  }
}
