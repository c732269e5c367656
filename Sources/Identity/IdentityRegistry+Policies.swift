package import Core
import Policy
import Storage

/// The policies that hang on users, groups and roles.
extension IdentityRegistry {
  /// - Throws: `IdentityFailure.noSuchEntity`, `.malformedPolicy`, `.limitExceeded`.
  package func putPolicy(
    _ policy: String, _ document: String, of owner: PolicyOwner, in account: AccountID
  ) async throws {
    try Self.check(document, as: .identity)
    try await change { [grants] transaction in
      let id = try owner.changeableID(in: account, transaction)
      try grants.put(policy, document, of: id, transaction)
      let size = try grants.inline(of: id, transaction).reduce(0) { $0 + IdentityQuotas.size($1.document) }
      guard size <= owner.inlinePoliciesSize else {
        throw IdentityFailure.limitExceeded(
          "Maximum policy size of \(owner.inlinePoliciesSize) bytes exceeded for \(owner.word) \(owner.name)")
      }
    }
  }

  /// - Throws: `IdentityFailure.noSuchEntity`.
  package func policy(_ policy: String, of owner: PolicyOwner, in account: AccountID) async throws -> String {
    try await database.read { [grants] transaction in
      let id = try owner.id(in: account, transaction)
      guard let document = try grants.document(policy, of: id, transaction) else {
        throw IdentityFailure.noSuchPolicy(policy, of: owner)
      }
      return document
    }
  }

  /// - Throws: `IdentityFailure.noSuchEntity`.
  package func deletePolicy(_ policy: String, of owner: PolicyOwner, in account: AccountID) async throws {
    try await change { [grants] transaction in
      guard try grants.remove(policy, of: try owner.id(in: account, transaction), transaction) else {
        throw IdentityFailure.noSuchPolicy(policy, of: owner)
      }
    }
  }

  /// The names of inline policies after one, in order.
  ///
  /// - Throws: `IdentityFailure.noSuchEntity`.
  package func policies(
    of owner: PolicyOwner, in account: AccountID, after policy: String, limit: Int
  ) async throws -> [String] {
    try await database.read { [grants] transaction in
      let id = try owner.id(in: account, transaction)
      return try grants.inline(of: id, after: policy, limit: limit, transaction).map(\.name)
    }
  }

  /// - Throws: `IdentityFailure.noSuchEntity`, `.limitExceeded`.
  package func attach(_ policy: String, to owner: PolicyOwner, in account: AccountID) async throws {
    try await change { [self] transaction in
      let id = try owner.changeableID(in: account, transaction)
      try requirePolicy(policy, in: account, transaction)
      try grants.attach(policy, to: id, transaction)
      let limit = IdentityQuotas.attachedPolicies
      guard try grants.attached(to: id, limit: limit + 1, transaction).count <= limit else {
        throw IdentityFailure.quotaExceeded("PoliciesPer\(owner.word.capitalizedASCII)", limit)
      }
    }
  }

  /// - Throws: `IdentityFailure.noSuchEntity`.
  package func detach(_ policy: String, from owner: PolicyOwner, in account: AccountID) async throws {
    try await change { [grants] transaction in
      guard try grants.detach(policy, from: try owner.id(in: account, transaction), transaction) else {
        throw IdentityFailure.noSuchPolicy(policy)
      }
    }
  }

  /// Attached policies with paths that begin so, after an ARN, in the order of their ARNs.
  ///
  /// - Throws: `IdentityFailure.noSuchEntity`.
  package func attachedPolicies(
    of owner: PolicyOwner, in account: AccountID, pathPrefix: String, after arn: String, limit: Int
  ) async throws -> [ManagedPolicy] {
    try await database.read { [self] transaction in
      let id = try owner.id(in: account, transaction)
      let policies = try grants.attached(to: id, after: arn, transaction).map { arn in
        try requirePolicy(arn, in: account, transaction)
      }
      return Array(policies.filter { $0.path.hasPrefix(pathPrefix) }.prefix(limit))
    }
  }

  /// - Parameter boundary: nil takes the boundary away.
  /// - Throws: `IdentityFailure.noSuchEntity`.
  package func setBoundary(_ boundary: String?, of owner: PolicyOwner, in account: AccountID) async throws {
    try await change { [self] transaction in
      let id = try owner.changeableID(in: account, transaction)
      if let boundary { try requireBoundary(boundary, in: account, transaction) }
      let hadBoundary = try grants.setBoundary(boundary, of: id, transaction)
      guard boundary != nil || hadBoundary else {
        throw IdentityFailure.noSuchEntity(
          "\(owner.word.capitalizedASCII) \(owner.name) does not have a permissions boundary attached.")
      }
    }
  }

  /// - Throws: `IdentityFailure.noSuchEntity`.
  func requireBoundary(_ arn: String, in account: AccountID, _ transaction: any Transaction) throws {
    do {
      try requirePolicy(arn, in: account, transaction)
    } catch IdentityFailure.noSuchEntity {
      throw IdentityFailure.noSuchEntity("Scope ARN: \(arn) does not exist or is not attachable.")
    }
  }

  /// - Throws: `IdentityFailure.deleteConflict` as long as policies hang on it.
  func requireNoPolicies(of id: String, _ transaction: any Transaction) throws {
    guard try grants.inline(of: id, limit: 1, transaction).isEmpty else {
      throw IdentityFailure.deleteConflict("Cannot delete entity, must delete policies first.")
    }
    guard try grants.attached(to: id, limit: 1, transaction).isEmpty else {
      throw IdentityFailure.deleteConflict("Cannot delete entity, must detach all policies first.")
    }
  }

  /// - Throws: `IdentityFailure.malformedPolicy`.
  @discardableResult
  static func check(_ document: String, as kind: PolicyKind) throws -> PolicyDocument {
    do {
      return try PolicyDocument(saving: document.utf8, as: kind)
    } catch {
      throw IdentityFailure.malformedPolicy(error)
    }
  }
}

extension IdentityFailure {
  fileprivate static func noSuchPolicy(_ name: String, of owner: PolicyOwner) -> IdentityFailure {
    .noSuchEntity("The \(owner.word) policy with name \(name) cannot be found.")
  }
}

extension String {
  /// With a capital letter.
  fileprivate var capitalizedASCII: String { prefix(1).uppercased() + dropFirst() }
}
