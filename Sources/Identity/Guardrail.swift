package import Core
package import Policy

/// A policy that binds accounts from above: it gives nothing, and limits what all policies beneath it give.
package struct Guardrail: Hashable, Sendable {
  package let kind: Kind
  package let target: Target
  /// Unique among those of the kind at the target.
  package let name: String
  package let document: String

  /// As Organizations calls the types of policies.
  package enum Kind: String, CaseIterable, Hashable, Sendable {
    /// Binds what the principals of accounts may do.
    case serviceControl = "SERVICE_CONTROL_POLICY"
    /// Binds what may be done with the resources of accounts.
    case resourceControl = "RESOURCE_CONTROL_POLICY"

    var policyKind: PolicyKind {
      switch self {
      case .serviceControl: .serviceControl
      case .resourceControl: .resourceControl
      }
    }
  }

  /// Whom it binds.
  package enum Target: Hashable, Sendable, CustomStringConvertible {
    /// All accounts but the management account.
    case organization
    case account(AccountID)

    /// - Returns: nil unless `text` is `organization` or twelve digits.
    package init?(_ text: String) {
      if text == "organization" {
        self = .organization
      } else if let account = AccountID(text) {
        self = .account(account)
      } else {
        return nil
      }
    }

    package var description: String {
      switch self {
      case .organization: "organization"
      case .account(let id): id.description
      }
    }
  }

  package init(kind: Kind, target: Target, name: String, document: String) {
    self.kind = kind
    self.target = target
    self.name = name
    self.document = document
  }

  /// Bytes of a document (Organizations, "Quotas for AWS Organizations").
  package static let longestDocument = 5120
  /// Guardrails of one kind at one target.
  package static let mostAtTarget = 5
}

/// The guardrails of one kind that bind one account, compiled: of the organization, then of the account.
package struct GuardrailLevels: Sendable {
  package let documents: [[PolicyDocument]]
  /// What the documents are called, in the same order.
  package let names: [[String]]
  /// Whether any of them asks for a condition key.
  package let usesKeys: Bool

  init(_ levels: [[(name: String, document: PolicyDocument)]]) {
    documents = levels.map { $0.map(\.document) }
    names = levels.map { $0.map(\.name) }
    usesKeys = documents.contains { $0.contains(where: \.usesKeys) }
  }

  /// Those of an account that nothing binds.
  package static let none = GuardrailLevels([])
}
