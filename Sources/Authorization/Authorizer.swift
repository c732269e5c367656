package import Core
package import Identity
import Policy
package import Wire

/// Decides whether a caller may do all that an operation needs, and makes the proof.
package struct Authorizer: Sendable {
  private let policies: any PolicySource
  private let time: any TimeSource

  package init(policies: any PolicySource, time: any TimeSource) {
    self.policies = policies
    self.time = time
  }

  /// - Parameter denialCode: AWS's code in the protocol of the service.
  /// - Throws: a denial for the first pair that is not allowed, in AWS's words.
  package func authorize<Chosen: Operation>(
    _ operation: Chosen.Type, _ input: Chosen.Input, from request: Authenticated<OperationRequest>,
    denialCode: String
  ) throws(Fault) -> Authorized<Chosen.Input> {
    let place = request.value.place
    let needed = Chosen.access(input, at: place)
    guard !needed.isEmpty else {
      throw denial(denialCode, request, Chosen.name, "*", "because the operation names no action")
    }
    guard let own = policies.policies(of: request.principal) else {
      let first = resource(needed[0], request)
      throw denial(denialCode, request, needed[0].action, first, "because the principal is not there any more")
    }
    // Most policies ask for no key: then the request need not be taken apart.
    let keys = own.usesKeys ? RequestKeys(request: request, time: time).keys : ConditionKeys()
    for access in needed {
      let resource = resource(access, request)
      let question = PolicyQuestion(
        caller: request.principal.caller, action: access.action, resource: resource,
        resourceAccount: place.account.description, keys: keys)
      let decision = PolicyEvaluator.decide(question, by: own.set)
      guard decision.isAllowed else {
        throw denial(denialCode, request, access.action, resource, decision.reason(for: access.action))
      }
    }
    return Authorized(
      value: input, principal: request.principal, accessKeyID: request.accessKeyID,
      requestID: request.value.requestID, place: place)
  }

  private func resource(_ access: AccessRequest, _ request: Authenticated<OperationRequest>) -> String {
    switch access.target {
    case .resource(let arn): policies.wholeARN(arn)
    case .caller: request.principal.arn.description
    }
  }

  private func denial(
    _ code: String, _ request: Authenticated<OperationRequest>, _ action: String, _ resource: String,
    _ reason: String
  ) -> Fault {
    let message =
      "User: \(request.principal.arn) is not authorized to perform: \(action) on resource: \(resource) \(reason)"
    return Fault(code: code, status: 403, message: message)
  }
}
