import Authorization
import Core
import Identity
import JSON
import Policy
import Wire

/// Tells what the policies of a user, group or role would decide, with further ones if such are given.
struct SimulatePrincipalPolicy: ControlOperation, IAMOperation {
  static let name = "SimulatePrincipalPolicy"
  static let unhonoured: [String: [JSONValue]] = ["ResourceHandlingOption": [], "PolicyExclusionList": [[]]]

  let registry: IdentityRegistry

  struct Input: Sendable {
    let source: String
    let members: SimulationMembers
  }

  static func decode(_ members: inout MemberReader) throws(Fault) -> Input {
    Input(source: try members.arn("PolicySourceArn"), members: try SimulationMembers(&members))
  }

  static func access(_ input: Input, at place: AccountRegion) -> [AccessRequest] {
    [AccessRequest("iam:SimulatePrincipalPolicy", on: input.source)]
  }

  func run(_ call: Authorized<Input>) async throws -> OperationOutput {
    let (source, members) = (call.value.source, call.value.members)
    let own = try registry.requirePolicies(of: source, in: call.place.account)
    var policies = own.set
    policies.identity += members.policies
    policies.boundary = members.boundary ?? policies.boundary
    policies.resource = members.resourcePolicy
    policies.accountGuardrails = registry.serviceControls(of: call.place.account).documents
    let names = own.names + members.policies.indices.map { "PolicyInputList.\($0 + 1)" }
    let simulation = Simulation(
      caller: Caller(simulated: members.callerARN ?? source, in: call.place.account), policies: policies,
      names: names, request: members)
    return members.page.output(of: simulation)
  }
}
