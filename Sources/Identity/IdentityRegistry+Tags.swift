package import Core
import Storage

/// What can have tags, by name or ARN.
package enum TaggedIdentity: Hashable, Sendable {
  case user(String)
  case role(String)
  case policy(String)
  case oidcProvider(String)
}

extension IdentityRegistry {
  /// - Throws: `IdentityFailure.noSuchEntity`.
  package func tags(of entity: TaggedIdentity, in account: AccountID) async throws -> [String: String] {
    try await database.read { [self] transaction in
      try tags.tags(of: try id(of: entity, in: account, transaction), transaction)
    }
  }

  /// A key that differs from one that is there in case only takes its place.
  ///
  /// - Throws: `IdentityFailure.noSuchEntity`, `.limitExceeded`.
  package func tag(
    _ entity: TaggedIdentity, _ new: [String: String], in account: AccountID
  ) async throws {
    try await change { [self] transaction in
      let id = try id(of: entity, in: account, transaction)
      let replaced = Set(new.keys.map { $0.lowercased() })
      let kept = try tags.tags(of: id, transaction).filter { !replaced.contains($0.key.lowercased()) }
      try setTags(kept.merging(new) { _, last in last }, of: id, transaction)
    }
  }

  /// Keys that are not there make no difference.
  ///
  /// - Throws: `IdentityFailure.noSuchEntity`.
  package func untag(_ entity: TaggedIdentity, _ keys: [String], in account: AccountID) async throws {
    try await change { [self] transaction in
      let id = try id(of: entity, in: account, transaction)
      let removed = Set(keys.map { $0.lowercased() })
      try setTags(
        try tags.tags(of: id, transaction).filter { !removed.contains($0.key.lowercased()) }, of: id, transaction)
    }
  }

  func setTags(_ new: [String: String], of id: String, _ transaction: any Transaction) throws {
    guard new.count <= IdentityQuotas.tags else {
      throw IdentityFailure.limitExceeded("The number of tags has reached the maximum limit of \(IdentityQuotas.tags).")
    }
    try tags.replace(new, of: id, transaction)
  }

  private func id(
    of entity: TaggedIdentity, in account: AccountID, _ transaction: any Transaction
  ) throws -> String {
    switch entity {
    case .user(let name): return try PrincipalStore.requireUser(name, in: account, transaction).uniqueID
    case .role(let name): return try roles.require(name, in: account, transaction).uniqueID
    case .policy(let arn):
      guard let policy = try policies.find(arn, in: account, transaction) else {
        throw IdentityFailure.noSuchPolicy(arn)
      }
      return policy.uniqueID
    case .oidcProvider(let arn): return try oidcProviders.require(arn, in: account, transaction).uniqueID
    }
  }
}
