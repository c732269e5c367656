import Authorization
import Core
import Identity
import JSON
import Policy
import Wire

/// Tells what policies that nobody has would decide.
struct SimulateCustomPolicy: ControlOperation, IAMOperation {
  static let name = "SimulateCustomPolicy"
  static let unhonoured: [String: [JSONValue]] = ["ResourceHandlingOption": []]

  let registry: IdentityRegistry

  struct Input: Sendable {
    let members: SimulationMembers
    let guardrails: [[PolicyDocument]]
  }

  static func decode(_ members: inout MemberReader) throws(Fault) -> Input {
    var guardrails: [[PolicyDocument]] = []
    if case .array(let levels)? = members.member("OrderedOrganizationPolicyInputList") {
      for level in levels {
        guard case .array(let texts)? = level["ServiceControlPolicyInputList"] else { continue }
        guardrails.append(members.documents(texts.compactMap(\.string), "OrderedOrganizationPolicyInputList"))
      }
    }
    return Input(members: try SimulationMembers(&members), guardrails: guardrails)
  }

  static func access(_ input: Input, at place: AccountRegion) -> [AccessRequest] {
    [AccessRequest("iam:SimulateCustomPolicy", on: "*")]
  }

  func run(_ call: Authorized<Input>) async throws -> OperationOutput {
    let members = call.value.members
    let policies = PolicySet(
      identity: members.policies, resource: members.resourcePolicy, boundary: members.boundary,
      accountGuardrails: call.value.guardrails)
    let simulation = Simulation(
      caller: Caller(simulated: members.callerARN, in: call.place.account), policies: policies,
      names: members.policies.indices.map { "PolicyInputList.\($0 + 1)" }, request: members)
    return members.page.output(of: simulation)
  }
}

extension ListPage {
  /// The results of a simulation after the number that the marker holds.
  func output(of simulation: Simulation) -> OperationOutput {
    let first = max(0, Int(after) ?? 0)
    let numbered = simulation.pairs.enumerated().dropFirst(first).prefix(readLimit)
    return OperationOutput(
      .object(
        members("EvaluationResults", Array(numbered), key: { String($0.offset + 1) }) { pair in
          simulation.result(pair.element.action, on: pair.element.resource)
        }))
  }
}

extension Caller {
  /// - Parameter arn: of a user or a session; nil for a user of no name.
  init(simulated arn: String?, in account: AccountID) {
    let arn = arn ?? "arn:aws:iam::\(account):user/simulated"
    let parsed = ARN(arn)
    let owner = parsed?.account ?? account.description
    let path = parsed?.resource.parts(separatedBy: "/") ?? []
    switch (parsed?.service, path.first) {
    case ("sts", "assumed-role") where path.count == 3:
      let role = "arn:aws:iam::\(owner):role/\(path[1])"
      self.init(.roleSession(arn: arn, role: role, roleID: nil), account: owner)
    case ("iam", "role"):
      let session = "arn:aws:sts::\(owner):assumed-role/\(path[path.count - 1])/simulated"
      self.init(.roleSession(arn: session, role: arn, roleID: nil), account: owner)
    default: self.init(.user(arn: arn, uniqueID: nil), account: owner)
    }
  }
}
