package import Core
import Policy
import Storage

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

/// Reports of what was used.
extension IdentityRegistry {
  /// How long a report of last accesses can be fetched.
  private static let accessReportLifetime = Duration.seconds(7 * 86_400)
  /// Bytes of a report as it is kept.
  private static let largestReport = 8 << 20
  /// How long a credential report can be fetched (IAM User Guide, "Generate credential reports").
  private static let credentialReportLifetime = Duration.seconds(4 * 3600)

  /// Makes a report of what a user, group, role or managed policy lets do and of what was used of it.
  ///
  /// - Parameter requester: the unique id of the user or role who alone may fetch it.
  /// - Returns: its id, a UUID.
  /// - Throws: `IdentityFailure.noSuchEntity`, `.invalidInput` for an ARN of anything else.
  package func makeAccessReport(
    of arn: String, withActions: Bool, for requester: Principal, in account: AccountID
  ) async throws -> String {
    let subject = try AuthorizationIndex(try await authorizationDetails(of: account)).subject(arn)
    let report = subject.report(withActions: withActions, activity.actions)
    let id = RequestID(from: random).description
    let now = time.wallTime()
    let content = Array(try JSONEncoder().encode(report))
    guard content.count <= Self.largestReport else {
      throw IdentityFailure.limitExceeded("The report is too large: ask of those who have the policy.")
    }
    try await database.write { [reports] transaction in
      try reports.purge(before: now.advanced(by: .zero - Self.accessReportLifetime), transaction)
      try reports.insert(
        IdentityReportStore.Report(
          id: id, account: account, kind: .access, requester: requester.holderID, createdAt: now, content: content),
        transaction)
    }
    return id
  }

  /// - Parameter requester: who asked for it.
  /// - Throws: `IdentityFailure.noSuchEntity`, also for a report of somebody else.
  package func accessReport(
    _ id: String, for requester: Principal, in account: AccountID
  ) async throws -> (report: AccessReport, createdAt: WallTime) {
    let found = try await database.read { [reports] in try reports.find(id, .access, in: account, $0) }
    guard let found, found.requester == requester.holderID,
      found.createdAt >= time.wallTime().advanced(by: .zero - Self.accessReportLifetime)
    else { throw IdentityFailure.noSuchEntity("The report with job id \(id) cannot be found.") }
    return (try JSONDecoder().decode(AccessReport.self, from: Data(found.content)), found.createdAt)
  }

  /// The policies of a user with the groups, of a group or of a role that may allow some action of each service.
  ///
  /// - Throws: `IdentityFailure.noSuchEntity`, `.invalidInput` for an ARN of anything else.
  package func policies(
    granting services: [String], to arn: String, in account: AccountID
  ) async throws -> [(service: String, policies: [HungPolicy])] {
    let policies = try AuthorizationIndex(try await authorizationDetails(of: account)).policies(of: arn)
    let distinct = Dictionary(
      uniqueKeysWithValues: Set(services).map { service in
        (service, policies.filter { $0.document.mayAllow(service: service) })
      })
    return services.map { ($0, distinct[$0] ?? []) }
  }

  /// What a user or role asked for, and what its policies let it ask for.
  ///
  /// - Parameter arn: may leave the path out.
  /// - Throws: `IdentityFailure.noSuchEntity`, `.invalidInput` for an ARN of anything else.
  package func activity(of arn: String, in account: AccountID) async throws -> PrincipalActivity {
    let arn = identities.wholeARN(arn)
    let subject = try AuthorizationIndex(try await authorizationDetails(of: account)).subject(arn)
    guard subject.entities.count == 1, let entity = subject.entities.first, entity.arn == arn else {
      throw IdentityFailure.invalidInput("The ARN \(arn) is not of a user or a role.")
    }
    return PrincipalActivity(
      arn: arn, since: WallTime(seconds: activity.since), granted: subject.granted,
      actions: activity.actions(of: entity.uniqueID))
  }

  /// - Returns: the name of the user who has the long-term key; what it was last used for, nil when it never was.
  /// - Throws: `IdentityFailure.noSuchEntity`.
  package func lastUse(
    ofAccessKey id: String, in account: AccountID
  ) throws -> (user: String, use: AccessKeyUse?) {
    guard let key = AccessKeyID(id), let owner = identities.owner(ofAccessKey: id, in: account.description),
      let name = owner.fields(separatedBy: "/").last
    else { throw IdentityFailure.noSuchKey(id) }
    return (String(name), activity.use(of: key))
  }

  /// Makes a report of all users and their keys, which takes the place of the account's last one.
  package func makeCredentialReport(for requester: Principal, in account: AccountID) async throws {
    let now = time.wallTime()
    let id = RequestID(from: random).description
    let activity = activity
    let lines = try await database.read { transaction in
      try PrincipalStore.users(in: account, transaction).map { user in
        CredentialReport.line(user, try AccessKeyStore.keys(of: user.arn, transaction), activity.use)
      }
    }
    try await database.write { [reports] transaction in
      try reports.insert(
        IdentityReportStore.Report(
          id: id, account: account, kind: .credentials, requester: requester.holderID, createdAt: now,
          content: Array(CredentialReport.text(lines).utf8)), transaction)
    }
  }

  /// - Returns: the last one, as CSV; nil when there is none.
  package func credentialReport(
    of account: AccountID
  ) async throws -> (content: [UInt8], createdAt: WallTime, isExpired: Bool)? {
    let found = try await database.read { [reports] in try reports.latest(.credentials, in: account, $0) }
    let limit = time.wallTime().advanced(by: .zero - Self.credentialReportLifetime)
    return found.map { ($0.content, $0.createdAt, $0.createdAt < limit) }
  }
}

/// What a user or role asked for, beside what its policies let it ask for.
package struct PrincipalActivity: Sendable {
  package let arn: String
  /// When the server began to look.
  package let since: WallTime
  /// Actions that its identity policies allow on something.
  package let granted: [String]
  /// What it asked for, by action.
  package let actions: [String: ActionUse]
}

/// The lines of a credential report.
/// https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_getting-report.html
private enum CredentialReport {
  private static let keysPerUser = IdentityQuotas.accessKeysPerUser
  private static let header =
    ["user", "arn", "user_creation_time", "password_enabled", "password_last_used", "password_last_changed"]
    + ["password_next_rotation", "mfa_active"]
    + (1...keysPerUser).flatMap { number in
      ["active", "last_rotated", "last_used_date", "last_used_region", "last_used_service"].map {
        "access_key_\(number)_\($0)"
      }
    }
    + (1...2).flatMap { ["cert_\($0)_active", "cert_\($0)_last_rotated"] }

  static func text(_ lines: [String]) -> String {
    ([header.joined(separator: ",")] + lines).joined(separator: "\n") + "\n"
  }

  /// There are no passwords, MFA devices and certificates here. Names and ARNs hold no comma but in `+=,.@-`: such are
  /// quoted (RFC 4180 section 2).
  static func line(_ user: User, _ keys: [AccessKey], _ use: (AccessKeyID) -> AccessKeyUse?) -> String {
    var fields = [quoted(user.name), quoted(user.arn.description), date(user.createdAt)]
    fields += ["false", "N/A", "N/A", "N/A", "false"]
    for number in 0..<keysPerUser {
      guard number < keys.count else {
        fields += ["false", "N/A", "N/A", "N/A", "N/A"]
        continue
      }
      let key = keys[number]
      let last = use(key.id)
      fields += [key.isActive ? "true" : "false", date(key.createdAt)]
      fields += [last.map { date(WallTime(seconds: $0.at)) } ?? "N/A", last?.region ?? "N/A", last?.service ?? "N/A"]
    }
    return (fields + ["false", "N/A", "false", "N/A"]).joined(separator: ",")
  }

  private static func date(_ time: WallTime) -> String { time.utc.isoSeconds + "+00:00" }

  private static func quoted(_ text: String) -> String { text.contains(",") ? "\"\(text)\"" : text }
}
