import Core
package import Identity
package import Wire

/// Decides whether a caller may do all that an operation needs, and makes the proof.
package struct Authorizer: Sendable {
  private let policy: any PolicySource

  package init(policy: any PolicySource) { self.policy = policy }

  /// - Throws: `AccessDeniedException` for the first pair that is not allowed, in AWS's words.
  package func authorize<Chosen: Operation>(
    _ operation: Chosen.Type, _ input: Chosen.Input, from request: Authenticated<OperationRequest>
  ) throws(Fault) -> Authorized<Chosen.Input> {
    let place = request.value.place
    let principal = request.principal
    let needed = Chosen.access(input, at: place)
    guard !needed.isEmpty else { throw denial(AccessRequest(Chosen.name, on: "*"), principal, .noAction) }
    for access in needed {
      if case .deny(let reason) = decide(access, principal, place) { throw denial(access, principal, reason) }
    }
    return Authorized(
      value: input, principal: principal, accessKeyID: request.accessKeyID, requestID: request.value.requestID,
      place: place)
  }

  private func decide(_ access: AccessRequest, _ principal: Principal, _ place: AccountRegion) -> Decision {
    guard principal.account == place.account else { return .deny(.implicit) }
    return policy.decide(access, for: principal)
  }

  private func denial(_ access: AccessRequest, _ principal: Principal, _ reason: DenialReason) -> Fault {
    let because =
      switch reason {
      case .implicit: "because no identity-based policy allows the \(access.action) action"
      case .noAction: "because the operation names no action"
      }
    let message =
      "User: \(principal.arn) is not authorized to perform: \(access.action) on resource: \(access.resource) \(because)"
    return Fault(code: "AccessDeniedException", status: 403, message: message)
  }
}
