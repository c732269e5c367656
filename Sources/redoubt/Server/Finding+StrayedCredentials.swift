import Core
import Gate
import Telemetry

extension Finding {
  /// Credentials that an environment was given came from somewhere else.
  ///
  /// - Returns: nil for every other request.
  static func strayedCredentials(_ record: AccessRecord, in region: Region) -> Finding? {
    guard let function = record.strayedFrom, let account = AccountID(function.account) else { return nil }
    return Finding(
      place: AccountRegion(account: account, region: region), severity: .high, control: "credential-origin",
      resource: function.description,
      description: "credentials of an execution environment were used from outside of it: \(record.source)",
      remediation: "change the function's configuration, which replaces its environments and so ends the credentials; "
        + "then find out how they got out")
  }
}
