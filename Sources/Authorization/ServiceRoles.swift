package import Core
package import Identity
import Policy

/// Roles that services of the platform take on: decided by the trust policies, like any other assuming.
package struct ServiceRoles: Sendable {
  private let identities: IdentityDirectory
  private let time: any TimeSource
  private let log: DecisionLog

  /// - Parameter log: keeps the decisions that belong to a request.
  package init(identities: IdentityDirectory, time: any TimeSource, log: DecisionLog) {
    self.identities = identities
    self.time = time
    self.log = log
  }

  /// The role, if the service may assume it for that resource, which is in the role's own account.
  ///
  /// - Parameters:
  ///   - service: for example `lambda.amazonaws.com`.
  ///   - source: the resource for which the service acts.
  ///   - request: the request that asks for it, where one does.
  package func role(_ arn: String, for service: String, actingFor source: ARN, in request: RequestID?) -> Role? {
    guard let role = identities.role(arn), role.account.description == source.account,
      let trust = identities.resourcePolicy(of: arn)
    else { return nil }
    let question = PolicyQuestion(
      caller: Caller(.service(service), account: nil), action: "sts:AssumeRole", resource: arn,
      resourceAccount: role.account.description, keys: keys(service, source))
    let policies = PolicySet(resource: trust)
    let decision = PolicyEvaluator.decide(question, by: policies)
    if let request {
      log.add(
        DecisionRecord(
          requestID: request, account: role.account, time: time.wallTime(), question: question, decision: decision,
          policies: DecisionRecord.Policies(ofStrangerBy: policies)), isInside: false)
    }
    return decision.isAllowed ? role : nil
  }

  private func keys(_ service: String, _ source: ARN) -> ConditionKeys {
    var keys = ConditionKeys()
    keys.add(time.wallTime())
    keys["aws:PrincipalIsAWSService"] = .single("true")
    keys["aws:PrincipalServiceName"] = .single(service)
    keys["aws:PrincipalServiceNamesList"] = .list([service])
    keys["aws:SourceArn"] = .single(source.description)
    keys["aws:SourceAccount"] = .single(source.account)
    keys["aws:ViaAWSService"] = .single("false")
    keys["aws:RequestedRegion"] = .single(source.region)
    keys["aws:ResourceAccount"] = .single(source.account)
    // It is asked inside the server.
    keys["aws:SecureTransport"] = .single("true")
    return keys
  }
}
