package import Core
import Policy
import Storage

extension IdentityRegistry {
  /// - Throws: `IdentityFailure.entityAlreadyExists`, `.malformedPolicy`, `.limitExceeded`.
  package func createPolicy(
    _ name: String, path: String, description: String, _ document: String, tags: [String: String] = [:],
    in account: AccountID
  ) async throws -> PolicyDescription {
    try Self.checkManaged(document)
    let now = WallTime(seconds: time.wallTime().seconds)
    let arn = ARN(service: "iam", region: "", account: account.description, resource: "policy\(path)\(name)")
    let policy = ManagedPolicy(
      arn: arn.description, name: name, path: path, uniqueID: uniqueID("ANPA"), description: description,
      createdAt: now, updatedAt: now, defaultVersion: 1)
    return try await change { [self] transaction in
      guard try !policies.hasName(name, in: account, transaction) else {
        throw IdentityFailure.entityAlreadyExists(
          "A policy called \(name) already exists. Duplicate names are not allowed.")
      }
      guard try policies.list(in: account, transaction).count < IdentityQuotas.policies else {
        throw IdentityFailure.quotaExceeded("PoliciesPerAccount", IdentityQuotas.policies)
      }
      try policies.insert(policy, document: document, in: account, transaction)
      try setTags(tags, of: policy.uniqueID, transaction)
      return PolicyDescription(policy: policy, usage: PolicyUsage(), tags: tags)
    }
  }

  /// - Throws: `IdentityFailure.noSuchEntity`.
  package func policy(_ arn: String, in account: AccountID) async throws -> PolicyDescription {
    try await database.read { [self] transaction in
      let policy = try PlatformPolicies.find(arn)?.policy ?? requireOwn(arn, in: account, policies, transaction)
      return PolicyDescription(
        policy: policy, usage: try grants.usage(of: arn, in: account, transaction),
        tags: try tags.tags(of: policy.uniqueID, transaction))
    }
  }

  /// Those of the platform and those of the account after an ARN, in the order of their ARNs.
  package func policies(
    _ filter: PolicyFilter, in account: AccountID, after arn: String, limit: Int
  ) async throws -> [PolicyDescription] {
    try await database.read { [grants, policies] transaction in
      var found: [PolicyDescription] = []
      let own = filter.scope == .platform ? [] : try policies.list(in: account, transaction)
      let platform = filter.scope == .account ? [] : PlatformPolicies.entries.map(\.policy)
      for policy in (own + platform).sorted(by: { $0.arn < $1.arn }) where policy.arn > arn {
        guard found.count < limit else { break }
        guard policy.path.hasPrefix(filter.pathPrefix) else { continue }
        let usage = try grants.usage(of: policy.arn, in: account, transaction)
        if filter.isUsed(usage) { found.append(PolicyDescription(policy: policy, usage: usage)) }
      }
      return found
    }
  }

  /// - Throws: `IdentityFailure.noSuchEntity`, `.deleteConflict`.
  package func deletePolicy(_ arn: String, in account: AccountID) async throws {
    try await change { [grants, policies, tags] transaction in
      let policy = try requireOwn(arn, in: account, policies, transaction)
      guard try grants.usage(of: arn, in: account, transaction) == PolicyUsage() else {
        throw IdentityFailure.deleteConflict("Cannot delete a policy attached to entities.")
      }
      guard try policies.versions(of: policy, transaction).count == 1 else {
        throw IdentityFailure.deleteConflict(
          "This policy has more than one version. Before you delete a policy, you must delete the policy's versions. "
            + "The default version is deleted with the policy.")
      }
      try tags.removeAll(of: policy.uniqueID, transaction)
      try policies.delete(policy, transaction)
    }
  }

  /// - Throws: `IdentityFailure.noSuchEntity`, `.malformedPolicy`, `.limitExceeded`.
  package func createPolicyVersion(
    _ document: String, of arn: String, asDefault: Bool, in account: AccountID
  ) async throws -> ManagedPolicyVersion {
    try Self.checkManaged(document)
    let now = WallTime(seconds: time.wallTime().seconds)
    return try await change { [policies] transaction in
      let policy = try requireOwn(arn, in: account, policies, transaction)
      guard try policies.versions(of: policy, transaction).count < IdentityQuotas.versionsPerPolicy else {
        throw IdentityFailure.limitExceeded(
          "A managed policy can have up to \(IdentityQuotas.versionsPerPolicy) versions. Before you create a new "
            + "version, you must delete an existing version.")
      }
      let number = try policies.addVersion(document, to: policy, asDefault: asDefault, at: now, transaction)
      return ManagedPolicyVersion(number: number, document: document, isDefault: asDefault, createdAt: now)
    }
  }

  /// Newest first.
  ///
  /// - Throws: `IdentityFailure.noSuchEntity`.
  package func policyVersions(of arn: String, in account: AccountID) async throws -> [ManagedPolicyVersion] {
    if let entry = PlatformPolicies.find(arn) { return [entry.version] }
    return try await database.read { [policies] transaction in
      try policies.versions(of: try requireOwn(arn, in: account, policies, transaction), transaction)
    }
  }

  /// - Throws: `IdentityFailure.noSuchEntity`.
  package func policyVersion(
    _ id: String, of arn: String, in account: AccountID
  ) async throws -> ManagedPolicyVersion {
    let versions: [ManagedPolicyVersion]
    do {
      versions = try await policyVersions(of: arn, in: account)
    } catch IdentityFailure.noSuchEntity {
      throw IdentityFailure.noSuchVersion(id, arn)
    }
    guard let version = versions.first(where: { $0.id == id }) else { throw IdentityFailure.noSuchVersion(id, arn) }
    return version
  }

  /// - Throws: `IdentityFailure.noSuchEntity`.
  package func setDefaultPolicyVersion(_ id: String, of arn: String, in account: AccountID) async throws {
    try await change { [policies] transaction in
      guard let policy = try policies.find(arn, in: account, transaction) else {
        throw IdentityFailure.noSuchVersion(id, arn)
      }
      let version = try requireVersion(id, of: policy, policies, transaction)
      try policies.setDefault(version.number, of: policy, transaction)
    }
  }

  /// - Throws: `IdentityFailure.noSuchEntity`, `.deleteConflict` for the version in force.
  package func deletePolicyVersion(_ id: String, of arn: String, in account: AccountID) async throws {
    try await change { [policies] transaction in
      let policy = try requireOwn(arn, in: account, policies, transaction)
      let version = try requireVersion(id, of: policy, policies, transaction)
      guard !version.isDefault else {
        throw IdentityFailure.deleteConflict("Cannot delete the default version of a policy.")
      }
      try policies.deleteVersion(version.number, of: policy, transaction)
    }
  }

  /// A policy of the platform or of the account.
  ///
  /// - Throws: `IdentityFailure.noSuchEntity`.
  @discardableResult
  func requirePolicy(
    _ arn: String, in account: AccountID, _ transaction: any Transaction
  ) throws -> ManagedPolicy {
    if let entry = PlatformPolicies.find(arn) { return entry.policy }
    guard let policy = try policies.find(arn, in: account, transaction) else {
      throw IdentityFailure.notAttachable(arn)
    }
    return policy
  }

  private static func checkManaged(_ document: String) throws {
    try check(document, as: .identity)
    guard IdentityQuotas.size(document) <= IdentityQuotas.managedPolicySize else {
      throw IdentityFailure.quotaExceeded("PolicySize", IdentityQuotas.managedPolicySize)
    }
  }
}

/// A managed policy with how much it is used, and with its tags where they were asked for.
package struct PolicyDescription: Sendable {
  package let policy: ManagedPolicy
  package let usage: PolicyUsage
  package var tags: [String: String] = [:]
}

/// Which managed policies to list.
package struct PolicyFilter: Sendable {
  package enum Scope: String, CaseIterable, Sendable {
    case all = "All"
    case platform = "AWS"
    case account = "Local"
  }

  package enum Usage: String, CaseIterable, Sendable {
    case permissionsPolicy = "PermissionsPolicy"
    case permissionsBoundary = "PermissionsBoundary"
  }

  package let scope: Scope
  package let pathPrefix: String
  /// Only those that some identity has.
  package let onlyAttached: Bool
  package let usage: Usage?

  package init(scope: Scope, pathPrefix: String, onlyAttached: Bool, usage: Usage?) {
    self.scope = scope
    self.pathPrefix = pathPrefix
    self.onlyAttached = onlyAttached
    self.usage = usage
  }

  func isUsed(_ found: PolicyUsage) -> Bool {
    switch usage {
    case .permissionsPolicy?: found.attachments > 0
    case .permissionsBoundary?: found.boundaries > 0
    case nil: !onlyAttached || found.attachments > 0
    }
  }
}

/// - Throws: `IdentityFailure.noSuchEntity` unless it is a policy of the account's own.
private func requireOwn(
  _ arn: String, in account: AccountID, _ policies: ManagedPolicyStore, _ transaction: any Transaction
) throws -> ManagedPolicy {
  guard let policy = try policies.find(arn, in: account, transaction) else { throw IdentityFailure.noSuchPolicy(arn) }
  return policy
}

private func requireVersion(
  _ id: String, of policy: ManagedPolicy, _ policies: ManagedPolicyStore, _ transaction: any Transaction
) throws -> ManagedPolicyVersion {
  guard let version = try policies.versions(of: policy, transaction).first(where: { $0.id == id }) else {
    throw IdentityFailure.noSuchVersion(id, policy.arn)
  }
  return version
}

extension IdentityFailure {
  fileprivate static func noSuchVersion(_ id: String, _ arn: String) -> IdentityFailure {
    .noSuchEntity("Policy \(arn) version \(id) does not exist or is not attachable.")
  }
}
