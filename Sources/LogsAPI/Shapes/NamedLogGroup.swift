import Authorization
import Core
import Telemetry
import Wire

/// The log group that a request means, by name or by ARN, whether it exists or not.
struct NamedLogGroup: Sendable {
  static let pattern = "[\\.\\-_/#A-Za-z0-9]+"

  /// Without the `:*` that it may end in.
  let arn: ARN

  init(_ text: String, at place: AccountRegion) {
    guard let arn = ARN(text), arn.service == "logs", arn.resource.hasPrefix("log-group:") else {
      self.arn = ARN(service: "logs", at: place, resource: "log-group:\(text)")
      return
    }
    let resource = arn.resource.hasSuffix(":*") ? String(arn.resource.dropLast(2)) : arn.resource
    self.arn = ARN(service: "logs", region: arn.region, account: arn.account, resource: resource)
  }

  /// - Throws: when it has not the form of a name, or is in another account or region.
  func group(at place: AccountRegion) throws -> LogGroup {
    let text = String(arn.resource.dropFirst("log-group:".count))
    guard let name = LogGroupName(text) else {
      throw LogsErrors.invalidParameter("`\(text)` is not the name of a log group")
    }
    guard arn.account == place.account.description, arn.region == place.region.description else {
      throw LogError.groupNotFound(name)
    }
    return LogGroup(place: place, name: name)
  }

  /// An action on the whole group.
  func access(_ action: String) -> AccessRequest { AccessRequest(action, on: "\(arn):*") }
}

extension MemberReader {
  /// `logGroupName`, which must be there.
  mutating func logGroupName() throws(Fault) -> NamedLogGroup {
    let name = try requiredString("logGroupName")
    if !name.isEmpty { checkLogGroup(name) }
    return NamedLogGroup(name, at: request.place)
  }

  /// Either `logGroupName` or `logGroupIdentifier`, which may be an ARN.
  mutating func logGroupNameOrIdentifier() throws(Fault) -> NamedLogGroup {
    let name = try string("logGroupName")
    let identifier = try string("logGroupIdentifier")
    if (name == nil) == (identifier == nil) {
      note(LogsErrors.invalidParameter("exactly one of logGroupName and logGroupIdentifier is required"))
    }
    checkLogGroup(name)
    return NamedLogGroup(name ?? identifier ?? "", at: request.place)
  }

  private mutating func checkLogGroup(_ name: String?) {
    check(name, at: "logGroupName", lengths: 1...512)
    check(name, at: "logGroupName", pattern: NamedLogGroup.pattern) { text in
      text.utf8.count > 512 || LogGroupName(text) != nil
    }
  }
}
