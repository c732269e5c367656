package import Core

extension FunctionRegistry {
  /// Lets others do something with a function, or with one of its versions or aliases.
  ///
  /// - Parameters:
  ///   - qualifier: a version or an alias; nil for the function by its plain name.
  ///   - revisionID: of the policy, when given: the one that the caller believes to change.
  /// - Throws: `FunctionError.notFound`, `.aliasNotFound`, `ResourcePolicyError`.
  package func permit(
    _ permission: Permission, of name: FunctionName, _ qualifier: String?, at place: AccountRegion, revisionID: String?
  ) async throws -> ResourcePolicy {
    try await policies.add(permission, to: resource(name, qualifier, place), revisionID: revisionID) { transaction in
      guard try self.exists(name, at: place, transaction) else { throw self.missing(name, place) }
      guard let qualifier, Qualifier(qualifier) != .latest else { return }
      if let alias = AliasName(qualifier) {
        guard try self.aliases.find(alias, of: name, at: place, transaction) == nil else { return }
        throw FunctionError.aliasNotFound(FunctionAlias.arn(alias, of: name, at: place).description)
      }
      let versions = try self.store.versions(of: name, at: place, transaction)
      guard versions.contains(where: { $0.qualifier.description == qualifier }) else {
        throw FunctionError.notFound(FunctionVersion.arn(name, qualifier, at: place).description)
      }
    }
  }

  /// - Throws: `FunctionError.notFound`, `ResourcePolicyError`.
  package func forbid(
    _ statement: String, of name: FunctionName, _ qualifier: String?, at place: AccountRegion, revisionID: String?
  ) async throws {
    try await policies.remove(statement, from: resource(name, qualifier, place), revisionID: revisionID) {
      transaction in
      guard try self.exists(name, at: place, transaction) else { throw self.missing(name, place) }
    }
  }

  /// The policy of a function, or of one of its versions or aliases.
  ///
  /// - Throws: `ResourcePolicyError.none`.
  package func policy(
    of name: FunctionName, _ qualifier: String?, at place: AccountRegion
  ) async throws -> ResourcePolicy {
    try await policies.policy(of: resource(name, qualifier, place))
  }

  private func resource(_ name: FunctionName, _ qualifier: String?, _ place: AccountRegion) -> ARN {
    qualifier.map { FunctionVersion.arn(name, $0, at: place) } ?? FunctionVersion.arn(name, at: place)
  }
}

extension LayerRegistry {
  /// - Parameter revisionID: of the policy, when given: the one that the caller believes to change.
  /// - Throws: `LayerError.notFound`, `ResourcePolicyError`.
  package func permit(
    _ permission: Permission, of reference: LayerVersionReference, revisionID: String?
  ) async throws -> ResourcePolicy {
    try await policies.add(permission, to: reference.arn, revisionID: revisionID) { [store] transaction in
      guard try store.version(reference, transaction) != nil else { throw LayerError.notFound }
    }
  }

  /// - Throws: `LayerError.notFound`, `ResourcePolicyError`.
  package func forbid(
    _ statement: String, of reference: LayerVersionReference, revisionID: String?
  ) async throws {
    try await policies.remove(statement, from: reference.arn, revisionID: revisionID) { [store] transaction in
      guard try store.version(reference, transaction) != nil else { throw LayerError.notFound }
    }
  }

  /// - Throws: `ResourcePolicyError.none`.
  package func policy(of reference: LayerVersionReference) async throws -> ResourcePolicy {
    try await policies.policy(of: reference.arn)
  }
}
