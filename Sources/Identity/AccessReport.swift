import Core
import Policy

/// What a user, a group, a role or a managed policy lets do, by service, and when those who have it last asked for it.
/// Boundaries, sessions, guardrails and the policies of resources are left aside, as at AWS.
package struct AccessReport: Codable, Hashable, Sendable {
  /// Whether it tells each action, and not services only.
  package let hasActions: Bool
  /// The users and roles whom it is about, in the order of their ARNs.
  package let entities: [Entity]
  /// In the order of their names.
  package let services: [Service]

  package struct Service: Codable, Hashable, Sendable {
    /// For example `lambda`.
    package let namespace: String
    /// The last request of each who made one, the latest first.
    package let uses: [Use]
    /// What is allowed of it, in the order of the names; nil where the report is of services only.
    package let actions: [Action]?
  }

  package struct Action: Codable, Hashable, Sendable {
    /// Without the service.
    package let name: String
    package let last: Use?
  }

  /// Everybody who could use a service, with the last request, the latest first; nobody where it is not allowed.
  package func entities(ofService namespace: String) -> [(entity: Entity, use: Use?)] {
    guard let service = services.first(where: { $0.namespace == namespace }) else { return [] }
    let users = Set(service.uses.map(\.entity))
    return service.uses.map { (entities[$0.entity], $0) }
      + entities.indices.filter { !users.contains($0) }.map { (entities[$0], nil) }
  }

  package struct Entity: Codable, Hashable, Sendable {
    package let arn: String
    package let name: String
    package let isRole: Bool
    package let uniqueID: String
    package let path: String
  }

  /// The last request of somebody.
  package struct Use: Codable, Hashable, Sendable {
    /// Whose, as an index into `entities`.
    package let entity: Int
    /// Seconds since 1970, to the minute.
    package let at: Int64
    package let region: String
  }
}

/// A policy with what it hangs on.
package struct HungPolicy: Sendable {
  package let name: String
  /// Nil for an inline policy.
  package let arn: String?
  package let owner: PolicyOwner
  let document: PolicyDocument
}

/// Whom a report is about: the policies, and the users and roles who have them.
struct AccessSubject: Sendable {
  let policies: [PolicyDocument]
  let entities: [AccessReport.Entity]

  /// - Parameter activity: what each user or role asked for, by unique id and action.
  func report(withActions: Bool, _ activity: (String) -> [String: ActionUse]) -> AccessReport {
    let entities = entities.sorted { $0.arn < $1.arn }
    let uses = entities.map { activity($0.uniqueID) }
    return AccessReport(
      hasActions: withActions, entities: entities,
      services: grants.map { service, actions in
        AccessReport.Service(
          namespace: service, uses: Self.latest(uses) { $0.hasPrefix(service + ":") },
          actions: withActions ? Self.actions(actions, of: service, uses) : nil)
      })
  }

  /// What is allowed of the services whose actions are known, and of those that a policy names.
  private var grants: [(service: String, actions: [String])] {
    let named = policies.flatMap(\.allowedPatterns).compactMap { pattern in
      pattern.fields(separatedBy: ":").first.map { $0.lowercased() }
    }
    return Set(KnownActions.services + named.filter { !Self.hasWildcard($0) }).sorted()
      .map { ($0, granted(of: $0)) }.filter { !$0.actions.isEmpty }
  }

  /// Everything that is allowed, with whole names; what is allowed of services whose actions are not known as it is written.
  var granted: [String] { grants.flatMap(\.actions) }

  private func granted(of service: String) -> [String] {
    let known = KnownActions.of(service)
    let candidates = known.isEmpty ? written(of: service) : known
    return Set(candidates).filter { action in
      policies.contains { $0.mayAllow(action) } && !policies.contains { $0.alwaysDenies(action) }
    }.sorted()
  }

  private func written(of service: String) -> [String] {
    policies.flatMap(\.allowedPatterns).filter { $0.lowercased().hasPrefix(service + ":") }
  }

  private static func hasWildcard(_ text: String) -> Bool { text.utf8.contains { $0 == 0x2A || $0 == 0x3F } }

  private static func actions(
    _ granted: [String], of service: String, _ uses: [[String: ActionUse]]
  ) -> [AccessReport.Action] {
    granted.filter { !hasWildcard($0) }.map { action in
      AccessReport.Action(name: String(action.dropFirst(service.count + 1)), last: latest(uses) { $0 == action }.first)
    }
  }

  /// The last request of those actions of each who made one, the latest first.
  private static func latest(
    _ uses: [[String: ActionUse]], of isMeant: (String) -> Bool
  ) -> [AccessReport.Use] {
    uses.enumerated().compactMap { index, actions in
      let last = actions.filter { isMeant($0.key) }.values.max { $0.attemptedAt < $1.attemptedAt }
      return last.map { AccessReport.Use(entity: index, at: $0.attemptedAt, region: $0.region) }
    }.sorted { ($1.at, $0.entity) < ($0.at, $1.entity) }
  }
}
