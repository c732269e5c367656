package import Core

/// Something that a control noticed and that somebody should look at.
///
/// Kept in clear: it names resources, digests and controls, never what a caller or a function has said.
package struct Finding: Hashable, Sendable {
  package enum Severity: String, Hashable, Sendable, CaseIterable {
    case low = "LOW"
    case medium = "MEDIUM"
    case high = "HIGH"
    case critical = "CRITICAL"
  }

  package let place: AccountRegion
  package let severity: Severity
  /// The control that noticed it, for example `code-integrity`.
  package let control: String
  /// An ARN.
  package let resource: String
  /// What happened.
  package let description: String
  /// What to do.
  package let remediation: String

  package init(
    place: AccountRegion, severity: Severity, control: String, resource: String, description: String,
    remediation: String
  ) {
    self.place = place
    self.severity = severity
    self.control = control
    self.resource = resource
    self.description = description
    self.remediation = remediation
  }
}

/// A finding with how often and when it came. Equal ones shortly after each other are one.
package struct FindingRecord: Hashable, Sendable {
  /// A UUID.
  package let id: String
  package let finding: Finding
  package let first: WallTime
  package let last: WallTime
  package let count: Int
}

/// A page of findings, the newest first.
package struct FindingPage: Sendable {
  package let records: [FindingRecord]
  /// For the next page; nil on the last one.
  package let cursor: Int64?
}
