import Core
import Policy

/// What a user, a group, a role or a managed policy lets do, by service, and when those who have it last asked for it.
/// Boundaries, sessions, guardrails and the policies of resources are left aside, as at AWS.
package struct AccessReport: Codable, Hashable, Sendable {
  /// Whether it tells each action, and not services only.
  package let hasActions: Bool
  /// In the order of their names.
  package let services: [Service]

  package struct Service: Codable, Hashable, Sendable {
    /// For example `lambda`.
    package let namespace: String
    /// Those who could use it, the latest first.
    package let entities: [EntityUse]
    /// What is allowed of it, in the order of the names; nil where the report is of services only.
    package let actions: [Action]?

    /// The last request of any of them.
    package var last: EntityUse? { entities.first { $0.use != nil } }
  }

  package struct Action: Codable, Hashable, Sendable {
    /// Without the service.
    package let name: String
    package let last: EntityUse?
  }

  /// A user or role, and its last request.
  package struct EntityUse: Codable, Hashable, Sendable {
    package let entity: Entity
    /// Nil when there was none.
    package let use: Use?
  }

  package struct Entity: Codable, Hashable, Sendable {
    package let arn: String
    package let name: String
    package let isRole: Bool
    package let uniqueID: String
    package let path: String
  }

  package struct Use: Codable, Hashable, Sendable {
    /// Seconds since 1970.
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
    let uses = entities.map { ($0, activity($0.uniqueID)) }
    return AccessReport(
      hasActions: withActions,
      services: services.map { service in
        AccessReport.Service(
          namespace: service, entities: Self.latest(uses) { $0.hasPrefix(service + ":") },
          actions: withActions ? actions(of: service, uses) : nil)
      })
  }

  /// Those whose actions are known, and those that a policy names.
  private var services: [String] {
    let named = policies.flatMap(\.allowedPatterns).compactMap { pattern in
      pattern.fields(separatedBy: ":").first.map { $0.lowercased() }
    }
    return Set(KnownActions.services + named.filter { !Self.hasWildcard($0) }).filter { !granted(of: $0).isEmpty }
      .sorted()
  }

  /// Everything that is allowed, with whole names; what is allowed of services whose actions are not known as it is written.
  var granted: [String] { services.flatMap(granted(of:)) }

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

  private func actions(
    of service: String, _ uses: [(AccessReport.Entity, [String: ActionUse])]
  ) -> [AccessReport.Action] {
    granted(of: service).filter { !Self.hasWildcard($0) }.map { action in
      let last = Self.latest(uses) { $0 == action }.first { $0.use != nil }
      return AccessReport.Action(name: String(action.dropFirst(service.count + 1)), last: last)
    }
  }

  /// Each with its last request of those actions, the latest first.
  private static func latest(
    _ uses: [(AccessReport.Entity, [String: ActionUse])], of isMeant: (String) -> Bool
  ) -> [AccessReport.EntityUse] {
    uses.map { entity, actions in
      let last = actions.filter { isMeant($0.key) }.values.max { $0.attemptedAt < $1.attemptedAt }
      return AccessReport.EntityUse(
        entity: entity, use: last.map { AccessReport.Use(at: $0.attemptedAt, region: $0.region) })
    }.sorted { ($1.use?.at ?? -1, $0.entity.arn) < ($0.use?.at ?? -1, $1.entity.arn) }
  }
}
