import Identity
import JSON

/// Identities with all that hangs on them, as GetAccountAuthorizationDetails tells them.
enum AuthorizationMembers {
  static func user(_ user: User, _ groups: [Group], _ policies: HangingPolicies) -> JSONValue {
    IAMOutputs.user(user, boundary: policies.boundary, tags: policies.tags).with([
      "GroupList": .array(groups.map { .string($0.name) }), "UserPolicyList": inline(policies),
      "AttachedManagedPolicies": attached(policies),
    ])
  }

  static func group(_ group: Group, _ policies: HangingPolicies) -> JSONValue {
    IAMOutputs.group(group).with([
      "GroupPolicyList": inline(policies), "AttachedManagedPolicies": attached(policies),
    ])
  }

  static func role(_ role: Role, _ policies: HangingPolicies, lastUse: ActionUse?) -> JSONValue {
    // The shape of a role here has neither description nor length of sessions.
    IAMOutputs.role(
      role, boundary: policies.boundary, tags: policies.tags, lastUse: IAMOutputs.lastUse(lastUse)
    ).without([
      "Description", "MaxSessionDuration",
    ]).with([
      "InstanceProfileList": [], "RolePolicyList": inline(policies), "AttachedManagedPolicies": attached(policies),
    ])
  }

  static func policy(_ description: PolicyDescription, _ versions: [ManagedPolicyVersion]) -> JSONValue {
    IAMOutputs.policy(description, isWhole: true).without(["Tags"]).with([
      "PolicyVersionList": .array(versions.map { IAMOutputs.version($0, isWhole: true) })
    ])
  }

  private static func inline(_ policies: HangingPolicies) -> JSONValue {
    .array(
      policies.inline.map { policy in
        ["PolicyName": .string(policy.name), "PolicyDocument": IAMOutputs.document(policy.document)]
      })
  }

  private static func attached(_ policies: HangingPolicies) -> JSONValue {
    .array(policies.attached.map { ["PolicyName": .string($0.name), "PolicyArn": .string($0.arn)] })
  }
}

extension JSONValue {
  fileprivate func with(_ further: [String: JSONValue]) -> JSONValue {
    guard case .object(let members) = self else { return self }
    return .object(members.merging(further) { _, last in last })
  }

  fileprivate func without(_ names: Set<String>) -> JSONValue {
    guard case .object(let members) = self else { return self }
    return .object(members.filter { !names.contains($0.key) })
  }
}
