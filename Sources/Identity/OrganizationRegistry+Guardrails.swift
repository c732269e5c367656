import Core
import Policy
import Storage

extension OrganizationRegistry {
  /// Makes a guardrail, or gives one another document.
  ///
  /// - Throws: `OrganizationFailure.malformedGuardrail`, `.limitExceeded`, `.noSuchAccount`, `.managementAccount`.
  package func put(_ guardrail: Guardrail) async throws {
    guard guardrail.document.utf8.count <= Guardrail.longestDocument else {
      throw OrganizationFailure.limitExceeded("a guardrail has at most \(Guardrail.longestDocument) bytes")
    }
    do {
      _ = try PolicyDocument(saving: guardrail.document.utf8, as: guardrail.kind.policyKind)
    } catch {
      throw OrganizationFailure.malformedGuardrail(error)
    }
    let most = Guardrail.mostAtTarget
    try await change { [self] transaction in
      try require(guardrail.target, transaction)
      let others = try guardrails.names(guardrail.kind, at: guardrail.target, transaction).subtracting([guardrail.name])
      guard others.count < most else {
        throw OrganizationFailure.limitExceeded("a target has at most \(most) guardrails of one kind")
      }
      try guardrails.put(guardrail, transaction)
    }
  }

  /// - Throws: `OrganizationFailure.noSuchGuardrail`.
  package func deleteGuardrail(_ kind: Guardrail.Kind, at target: Guardrail.Target, name: String) async throws {
    try await change { [guardrails] transaction in
      guard try guardrails.delete(kind, at: target, name: name, transaction) else {
        throw OrganizationFailure.noSuchGuardrail("no guardrail of that kind and name is at `\(target)`: `\(name)`")
      }
    }
  }

  /// All guardrails, by target, kind and name.
  package func allGuardrails() async throws -> [Guardrail] {
    try await read { [guardrails] transaction in try guardrails.all(transaction) }
  }

  private func require(_ target: Guardrail.Target, _ transaction: any Transaction) throws {
    guard case .account(let id) = target else { return }
    guard id != directory.management else {
      throw OrganizationFailure.managementAccount("no guardrail binds the management account `\(id)`")
    }
    guard try accounts.find(id, transaction) != nil else { throw OrganizationFailure.noSuchAccount(id) }
  }
}
