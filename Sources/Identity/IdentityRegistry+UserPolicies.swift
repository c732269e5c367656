package import Core
import Policy
import Storage

/// The policies that hang on a user.
extension IdentityRegistry {
  /// - Throws: `IdentityFailure.noSuchEntity`, `.malformedPolicy`, `.limitExceeded`.
  package func putPolicy(
    _ policy: String, _ document: String, ofUser name: String, in account: AccountID
  ) async throws {
    try Self.check(document)
    try await change { [grants] transaction in
      let user = try PrincipalStore.requireUser(name, in: account, transaction)
      try grants.put(policy, document, of: user.uniqueID, transaction)
      let size = try grants.inline(of: user.uniqueID, transaction).reduce(0) { $0 + IdentityQuotas.size($1.document) }
      guard size <= IdentityQuotas.inlinePoliciesPerUserSize else {
        throw IdentityFailure.limitExceeded(
          "Maximum policy size of \(IdentityQuotas.inlinePoliciesPerUserSize) bytes exceeded for user \(user.name)")
      }
    }
  }

  /// - Throws: `IdentityFailure.noSuchEntity`.
  package func policy(_ policy: String, ofUser name: String, in account: AccountID) async throws -> String {
    try await database.read { [grants] transaction in
      let user = try PrincipalStore.requireUser(name, in: account, transaction)
      guard let document = try grants.document(policy, of: user.uniqueID, transaction) else {
        throw IdentityFailure.noSuchInlinePolicy(policy)
      }
      return document
    }
  }

  /// - Throws: `IdentityFailure.noSuchEntity`.
  package func deletePolicy(_ policy: String, ofUser name: String, in account: AccountID) async throws {
    try await change { [grants] transaction in
      let user = try PrincipalStore.requireUser(name, in: account, transaction)
      guard try grants.remove(policy, of: user.uniqueID, transaction) else {
        throw IdentityFailure.noSuchInlinePolicy(policy)
      }
    }
  }

  /// The names of inline policies after one, in order.
  ///
  /// - Throws: `IdentityFailure.noSuchEntity`.
  package func policies(
    ofUser name: String, in account: AccountID, after policy: String, limit: Int
  ) async throws -> [String] {
    try await database.read { [grants] transaction in
      let user = try PrincipalStore.requireUser(name, in: account, transaction)
      return try grants.inline(of: user.uniqueID, after: policy, limit: limit, transaction).map(\.name)
    }
  }

  /// - Throws: `IdentityFailure.noSuchEntity`, `.limitExceeded`.
  package func attach(_ policy: String, toUser name: String, in account: AccountID) async throws {
    try await change { [self] transaction in
      let user = try PrincipalStore.requireUser(name, in: account, transaction)
      try requirePolicy(policy, in: account, transaction)
      try grants.attach(policy, to: user.uniqueID, transaction)
      let limit = IdentityQuotas.attachedPoliciesPerUser
      guard try grants.attached(to: user.uniqueID, limit: limit + 1, transaction).count <= limit else {
        throw IdentityFailure.quotaExceeded("PoliciesPerUser", limit)
      }
    }
  }

  /// - Throws: `IdentityFailure.noSuchEntity`.
  package func detach(_ policy: String, fromUser name: String, in account: AccountID) async throws {
    try await change { [grants] transaction in
      let user = try PrincipalStore.requireUser(name, in: account, transaction)
      guard try grants.detach(policy, from: user.uniqueID, transaction) else {
        throw IdentityFailure.noSuchPolicy(policy)
      }
    }
  }

  /// Attached policies with paths that begin so, after an ARN, in the order of their ARNs.
  ///
  /// - Throws: `IdentityFailure.noSuchEntity`.
  package func attachedPolicies(
    ofUser name: String, in account: AccountID, pathPrefix: String, after arn: String, limit: Int
  ) async throws -> [ManagedPolicy] {
    try await database.read { [self] transaction in
      let user = try PrincipalStore.requireUser(name, in: account, transaction)
      let policies = try grants.attached(to: user.uniqueID, after: arn, transaction).map { arn in
        try requirePolicy(arn, in: account, transaction)
      }
      return Array(policies.filter { $0.path.hasPrefix(pathPrefix) }.prefix(limit))
    }
  }

  static func check(_ document: String) throws {
    do {
      _ = try PolicyDocument(saving: document.utf8, as: .identity)
    } catch {
      throw IdentityFailure.malformedPolicy(error)
    }
  }
}

extension IdentityFailure {
  fileprivate static func noSuchInlinePolicy(_ name: String) -> IdentityFailure {
    .noSuchEntity("The user policy with name \(name) cannot be found.")
  }
}
