import Core
import Telemetry

extension Finding {
  /// A service may do it for whomever it acts, be it a stranger.
  ///
  /// - Parameter resource: an ARN.
  static func unscopedService(_ service: String, on resource: String, at place: AccountRegion) -> Finding {
    Finding(
      place: place, severity: .medium, control: "confused-deputy", resource: resource,
      description: "the policy lets `\(service)` in, whoever's resources it acts for",
      remediation: "remove the statement and add it with SourceArn, and with SourceAccount where the ARN has no account"
    )
  }
}
